import APIClient
import DataFiles
import StateStore

/// Why something could not be done: a kind, for whoever decides what comes next, and words for the reader.
package struct StepFailure: Error, Sendable, Hashable {
    /// What went wrong, and so what it means for the process and for the next try.
    package indirect enum Kind: Sendable, Hashable {
        /// Something did not work; the same may work later.
        case failed
        /// Manifests, data files or arguments are wrong.
        case invalid
        /// Rows that the service does not take.
        case rowsRejected
        /// Something that must not be done.
        case refused
        /// A saved plan does not fit what is there any more.
        case planOutdated
        /// The keys are wrong.
        case authenticationFailed
        /// The API is out of reach or kept limiting.
        case unreachable
        /// Somebody asked the pass to end.
        case interrupted
        /// Its turn did not come, because another failed in this way.
        case notAttempted(Kind)

        package var status: ExitStatus {
            switch self {
            case .failed, .rowsRejected, .interrupted: .failed
            case .invalid: .invalid
            case .refused: .refused
            case .planOutdated: .planOutdated
            case .authenticationFailed: .authenticationFailed
            case .unreachable: .unreachable
            case .notAttempted(let first): first.status
            }
        }

        /// When the same is worth another try.
        package var nextTry: NextTry {
            switch self {
            case .failed, .planOutdated: .later
            case .invalid, .rowsRejected, .refused: .whenInputChanges
            case .authenticationFailed, .unreachable, .interrupted, .notAttempted: .withTheNextPass
            }
        }
    }

    /// When something that failed is worth another try.
    package enum NextTry: Sendable, Hashable {
        /// After a pause that grows.
        case later
        /// When a manifest, a data file or the account is another.
        case whenInputChanges
        /// At once when there is a pass: it says nothing of this connection.
        case withTheNextPass
    }

    package var kind: Kind
    package var message: String
    package var help: String?

    package init(_ kind: Kind, _ message: String, help: String? = nil) {
        self.kind = kind
        self.message = message
        self.help = help
    }

    package init(_ error: APIError) {
        kind =
            switch error.kind {
            case .authentication: .authenticationFailed
            case .unreachable, .rateLimited, .unavailable: .unreachable
            case .cancelled: .interrupted
            case .notFound, .rejected, .tooLarge, .redirect, .invalidAnswer, .refused: .failed
            }
        var bare = error
        bare.help = nil
        message = bare.description
        help = error.help
    }

    package var status: ExitStatus { kind.status }

    /// Somebody asked the pass to end.
    package static var interrupted: StepFailure {
        StepFailure(.interrupted, "the pass was interrupted", help: "the next one goes on")
    }

    /// What it means for those that come after it.
    var ofOthers: StepFailure { StepFailure(.notAttempted(kind), "not attempted") }

    /// Whether it only says that another failure came first.
    package var isNotAttempted: Bool {
        if case .notAttempted = kind { true } else { false }
    }

    /// Whether it, or what came before it, was cut short from outside: that says nothing of the connection.
    package var isInterruption: Bool { kind == .interrupted || kind == .notAttempted(.interrupted) }

    /// Whether going on with other connections would only fail in the same way.
    package var stopsEverything: Bool { status == .authenticationFailed || status == .unreachable }
}

extension StepFailure {
    package init(_ error: StateError) {
        var bare = error
        bare.help = nil
        // Another account's state directory is a wrong argument; all else is the disk's or another process's doing.
        self.init(error.kind == .otherIdentity ? .invalid : .failed, bare.description, help: error.help)
    }
}
