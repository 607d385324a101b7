/// How a run ended, as the process says it.
package enum ExitStatus: Int32, Sendable, Hashable, CaseIterable {
    /// Done, or nothing to do; a dry run that planned.
    case done = 0
    /// An action failed.
    case failed = 1
    /// `--dry-run --detailed-exitcode`: there are changes.
    case changes = 2
    /// Manifests, data files or arguments are invalid; nothing was written for them.
    case invalid = 3
    case authenticationFailed = 4
    /// The API is out of reach or kept limiting, after retries.
    case unreachable = 5
    /// A primary key change, an unsafe delete, an ownership conflict.
    case refused = 6
    /// A saved plan does not fit what is there any more: nothing was carried out.
    case planOutdated = 7

    /// Where several fit, the first of these wins. Nothing is carried out of a plan that does not fit, so that comes
    /// before all that is said of its actions, and after what kept it from being compared.
    private static let precedence: [ExitStatus] = [
        .authenticationFailed, .unreachable, .planOutdated, .invalid, .refused, .failed, .changes, .done,
    ]

    /// The one that wins.
    package static func worst(of statuses: some Sequence<ExitStatus>) -> ExitStatus {
        let all = Set(statuses)
        return precedence.first(where: all.contains) ?? .done
    }
}
