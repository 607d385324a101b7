import Model
import Platform

/// One data file, open for reading; closed when this goes away.
struct OpenFile: ~Copyable {
    let file: DataFile
    private let descriptor: Descriptor

    /// Opens a file beneath its root. Neither a symbolic link, wherever on the way it was put, nor a FIFO can hold it up
    /// or lead it elsewhere.
    init(_ file: DataFile) throws(DataProblems) {
        self.file = file
        descriptor = try failing(as: { FileStamp.problem("open", file, $0) }) { () throws(SystemError) in
            try DirectoryTree(file.root).open(file.absolutePath)
        }
    }

    /// Errors: not a regular file, or the call failed.
    func stamp() throws(DataProblems) -> FileStamp {
        let status = try failing(as: { FileStamp.problem("look at", file, $0) }) { () throws(SystemError) in
            try descriptor.status()
        }
        return try FileStamp(status, of: file)
    }

    /// The next read begins at that offset.
    func seek(to offset: Int) throws(DataProblems) {
        do throws(SystemError) { try descriptor.seek(to: offset) } catch {
            throw FileStamp.problem("read", file, error)
        }
    }

    /// Starts a program that reads the file from where it stands.
    func piped(through program: String, _ arguments: [String]) throws(DataProblems) -> PipedProgram {
        do throws(SystemError) {
            return try PipedProgram(program, arguments, reading: descriptor)
        } catch {
            throw .ofTheMachine(
                "cannot start \(program), which unpacks \(file.displayPath): \(error.cause)",
                help: error.isMissing ? "install \(program), or unpack the file" : error.help(.reading))
        }
    }

    /// Reads at most `count` bytes; 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawPointer, count: Int) throws(DataProblems) -> Int {
        do throws(SystemError) {
            return try descriptor.read(into: buffer, count: count)
        } catch {
            throw FileStamp.problem("read", file, error)
        }
    }
}

extension FileStamp {
    /// Of the path itself, so that a link put in the file's place is seen. Errors: not a regular file, or the call
    /// failed.
    init(ofPathOf file: DataFile) throws(DataProblems) {
        let status: FileStatus
        do throws(SystemError) {
            status = try FileStatus(of: file.absolutePath, followingLinks: false)
        } catch {
            throw Self.problem("look at", file, error)
        }
        try self.init(status, of: file)
    }

    fileprivate init(_ status: FileStatus, of file: DataFile) throws(DataProblems) {
        guard status.kind == .regular else {
            throw DataProblems(diagnostics: [
                Diagnostic(
                    .error, "is \(status.kind.words); data files are regular files",
                    at: SourceLocation(path: file.displayPath, line: 1))
            ])
        }
        self.init(status)
    }

    fileprivate static func problem(_ operation: String, _ file: DataFile, _ error: SystemError) -> DataProblems {
        let help: String =
            if error.isMissing {
                "restore the file, or take it out of the manifest's `files`"
            } else if error.isLink {
                "the file was replaced by a symbolic link; put a regular file there"
            } else {
                error.help(.reading)
            }
        return DataProblems(
            diagnostics: [
                Diagnostic(
                    .error, "cannot \(operation) the file: \(error.cause)",
                    at: SourceLocation(path: file.displayPath, line: 1), help: help)
            ], canRetry: !error.isLink && !error.isNotPermitted)
    }
}
