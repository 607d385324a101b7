import Model

/// Collects the problems of a data set: the first ones whole, the others as a number.
final class ProblemList {
    /// How many are kept; a file that is wrong in every row should not fill the screen or the memory.
    static let limit = 20

    private var kept: [Diagnostic] = []
    private(set) var count = 0
    /// How many of them a later attempt cannot do away with.
    private var lastingCount = 0

    var isEmpty: Bool { count == 0 }

    func add(_ diagnostic: @autoclosure () -> Diagnostic) {
        lastingCount += 1
        keep(diagnostic())
    }

    private func keep(_ diagnostic: @autoclosure () -> Diagnostic) {
        count += 1
        if kept.count < Self.limit { kept.append(diagnostic()) }
    }

    /// Takes over the problems of a step that fails as a whole.
    func add(_ problems: DataProblems) {
        for diagnostic in problems.diagnostics {
            if problems.canRetry { keep(diagnostic) } else { add(diagnostic) }
        }
    }

    /// All of it as one error.
    var problems: DataProblems {
        var diagnostics = kept
        if count > kept.count {
            // Beside the last that is shown, so that it is not sorted away from it.
            diagnostics.append(
                Diagnostic(
                    .error, "\(count - kept.count) more problems in these data files", at: kept.last?.location))
        }
        return DataProblems(diagnostics: diagnostics, canRetry: lastingCount == 0)
    }
}
