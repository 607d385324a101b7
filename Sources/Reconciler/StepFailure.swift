import APIClient
import DataFiles
import StateStore

/// Why something could not be done: for the reader one line and a next step, for the process a status.
package struct StepFailure: Error, Sendable, Hashable {
    package var status: ExitStatus
    package var message: String
    package var help: String?
    /// Whether it was cut short from outside: that says nothing of the connection.
    package var isInterruption = false

    package init(_ status: ExitStatus, _ message: String, help: String? = nil) {
        self.status = status
        self.message = message
        self.help = help
    }

    package init(_ error: APIError) {
        status =
            switch error.kind {
            case .authentication: .authenticationFailed
            case .unreachable, .rateLimited, .unavailable: .unreachable
            case .notFound, .rejected, .tooLarge, .redirect, .invalidAnswer, .refused, .cancelled: .failed
            }
        var bare = error
        bare.help = nil
        message = bare.description
        help = error.help
        isInterruption = error.kind == .cancelled
    }

    /// Somebody asked the pass to end.
    package static var interrupted: StepFailure {
        var failure = StepFailure(.failed, "the pass was interrupted", help: "the next one goes on")
        failure.isInterruption = true
        return failure
    }

    /// What it means for those that come after it.
    var ofOthers: StepFailure {
        var failure = StepFailure(status, Self.notAttempted)
        failure.isInterruption = isInterruption
        return failure
    }

    private static let notAttempted = "not attempted"

    /// Whether it only says that another failure came first.
    package var isNotAttempted: Bool { message == Self.notAttempted }

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
