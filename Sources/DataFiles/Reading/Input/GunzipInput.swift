import Model
import Platform

/// What gzip(1) unpacks of a file.
///
/// An archive that is cut or damaged is an error at its end: until then its rows look whole, and nothing is done with
/// rows before all are read.
final class GunzipInput: ByteInput {
    private let input: OpenFile
    private var program: PipedProgram
    private var bytesRead = 0
    private var isWhole = false
    private let packedBytes: Int
    let encoding = TextEncoding.utf8

    /// So many times its size an archive may grow beyond a gigabyte: rows do not.
    static let maxRatio = 200

    init(_ input: consuming OpenFile) throws(DataProblems) {
        packedBytes = try input.stamp().size
        program = try input.piped(through: "gzip", ["-dc"])
        self.input = input
    }

    var file: DataFile { input.file }
    func stamp() throws(DataProblems) -> FileStamp { try input.stamp() }

    func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(DataProblems) -> Int {
        if isWhole { return 0 }
        let got = try failing(as: { self.problem("cannot be unpacked: \($0.cause)") }) { () throws(SystemError) in
            try program.read(into: buffer, count: count)
        }
        bytesRead += got
        if bytesRead > 1 << 30, bytesRead / Self.maxRatio > packedBytes {
            throw problem(
                "unpacks to more than \(Self.maxRatio) times its size",
                help: "write the rows to several files, if that is what they are")
        }
        if got == 0 { try finish() }
        return got
    }

    private func finish() throws(DataProblems) {
        let end = try failing(as: { self.problem("cannot be unpacked: \($0.cause)") }) { () throws(SystemError) in
            try program.finish()
        }
        switch end {
        case .exited(0, _): isWhole = true
        case .exited(_, let words):
            let lines = words.split(separator: "\n").map { $0.replacing("gzip: stdin: ", with: "") }
            let cause = OneLine.text(lines.filter { !$0.isEmpty }.joined(separator: "; "))
            let isOther = words.contains("not in gzip format")
            throw problem(
                isOther ? "is not packed with gzip, as its name says" : "is damaged or cut: gzip says \"\(cause)\"",
                help: isOther ? "call it what it is, or pack it: gzip FILE" : "write it again; gzip -t FILE checks it")
        case .killed(let signal):
            throw problem("could not be unpacked: gzip was ended by signal \(signal)", canRetry: true)
        }
    }

    private func problem(_ message: String, help: String? = nil, canRetry: Bool = false) -> DataProblems {
        DataProblems(
            diagnostics: [
                Diagnostic(
                    .error, "the file \(message)", at: SourceLocation(path: file.displayPath, line: 1), help: help)
            ], canRetry: canRetry)
    }

    func skip(to offset: Int) throws(DataProblems) { try discard(from: bytesRead, to: offset) }
    func hasRead(_ size: Int) -> Bool { isWhole }
}
