import Model

/// Why a data set cannot be used.
package struct DataProblems: Error, Sendable, Hashable {
    /// At least one error; after `ProblemList.limit` of them the last one says how many more there are.
    package var diagnostics: [Diagnostic]
    /// Whether the same call can succeed later without a change to manifest or data: a file that moved, a full disk.
    package var canRetry: Bool
    /// The caller's `isCancelled` answered true.
    package var wasCancelled: Bool

    package init(diagnostics: [Diagnostic], canRetry: Bool = false, wasCancelled: Bool = false) {
        self.diagnostics = diagnostics
        self.canRetry = canRetry
        self.wasCancelled = wasCancelled
    }

    /// Something that no change of the data files could put right.
    package static func ofTheMachine(_ message: String, help: String) -> DataProblems {
        var diagnostic = Diagnostic(.error, message, help: help)
        diagnostic.isOfTheMachine = true
        return DataProblems(diagnostics: [diagnostic], canRetry: true)
    }

    /// The problem of a file that is not what it was a moment ago.
    static func moved(_ file: DataFile, during activity: String) -> DataProblems {
        DataProblems(
            diagnostics: [
                Diagnostic(
                    .error, "the file changed while it was \(activity)",
                    at: SourceLocation(path: file.displayPath, line: 1),
                    help: "write data files aside and rename them into place; the next pass reads the new file")
            ], canRetry: true)
    }
}
