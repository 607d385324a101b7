import Foundation

/// Writes exported manifests into a directory, never over a file that somebody else's words stand in.
package struct ExportDirectory: Sendable {
    /// Why nothing, or not all, was written.
    package struct Problem: Error, Sendable, Hashable {
        package var message: String
        package var help: String

        package init(message: String, help: String) {
            self.message = message
            self.help = help
        }
    }

    package let path: String
    private let replaces: Bool

    /// - Parameter replaces: `--force`: files of the same name are written anew.
    package init(path: String, replaces: Bool) {
        self.path = path.isEmpty ? "." : path
        self.replaces = replaces
    }

    /// The path of a file in it as the user would write it, and as diagnostics show it.
    package func path(of name: String) -> String {
        var base = path[...]
        while base.count > 1, base.last == "/" { base.removeLast() }
        return base == "." ? name : base == "/" ? "/\(name)" : "\(base)/\(name)"
    }

    /// Which of these names stand already: nothing is written then, unless files are replaced.
    package func check(_ names: [String]) throws(Problem) {
        if replaces { return }
        let there = names.filter { exists(path(of: $0)) }
        guard let first = there.first else { return }
        throw Problem(
            message: "\(path(of: first))\(there.count > 1 ? " and \(there.count - 1) more" : "") would be overwritten",
            help: "move \(there.count > 1 ? "them" : "it") away, export into an empty directory, or give --force")
    }

    /// Writes one file whole or not at all, under its name only when it is complete.
    package func write(_ name: String, _ text: String) throws(Problem) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Problem(
                message: "cannot create the directory \(path): \(error.localizedDescription)",
                help: "give a directory that you may write to")
        }
        let target = path(of: name)
        let draft = path(of: ".\(name).\(getpid()).tmp")
        do {
            try Data(text.utf8).write(to: URL(filePath: draft))
        } catch {
            unlink(draft)
            throw Problem(
                message: "cannot write \(draft): \(error.localizedDescription)",
                help: "make room, or give a directory that you may write to")
        }
        // A link fails where the name is taken meanwhile; a rename takes the place of what is there.
        let isDone = (replaces ? rename(draft, target) : link(draft, target)) == 0
        let code = errno
        if !replaces || !isDone { unlink(draft) }
        guard !isDone else { return }
        throw Problem(
            message: "cannot write \(target): \(String(cString: strerror(code)))",
            help: code == EEXIST ? "give --force to write over it" : "give a directory that you may write to")
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
