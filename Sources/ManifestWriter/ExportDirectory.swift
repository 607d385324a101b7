import Platform

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
    private let calls: SystemCalls

    /// - Parameter replaces: `--force`: files of the same name are written anew.
    package init(path: String, replaces: Bool, calls: SystemCalls = .system) {
        self.calls = calls
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
        let there = names.filter { FileStatus.exists(path(of: $0)) }
        guard let first = there.first else { return }
        throw Problem(
            message: "\(path(of: first))\(there.count > 1 ? " and \(there.count - 1) more" : "") would be overwritten",
            help: "move \(there.count > 1 ? "them" : "it") away, export into an empty directory, or give --force")
    }

    /// Writes one file whole or not at all, under its name only when it is complete.
    package func write(_ name: String, _ text: String) throws(Problem) {
        let target = path(of: name)
        do throws(SystemError) {
            try Directory.create(path, permissions: 0o777, calls: calls)
            var file = try AtomicFile(
                replacing: target, permissions: .upTo(0o666), durability: .power,
                aside: .hidden(.random(in: .min ... .max)), shownAs: target, calls: calls)
            try file.write(Array(text.utf8))
            // A name that was taken meanwhile is not taken over.
            if replaces { try file.place() } else { try file.placeAsNew() }
        } catch {
            throw Problem(
                message: error.message,
                help: error.alreadyExists
                    ? "give --force to write over it"
                    : error.help(.writing, elsewhere: "give a directory that you may write to"))
        }
    }
}
