import Foundation
import Planner
import Synchronization

/// stdout for results, stderr for diagnostics and progress.
final class Console: Sendable {
    /// Whether colours are wanted on stdout: a terminal, and no `NO_COLOR`.
    let usesColor: Bool
    let errIsTerminal: Bool
    /// Whether a runner of GitHub Actions reads along, for which some lines are commands.
    private let isReadByRunner: Bool
    /// The bar that stands on the terminal's last line, to be wiped before anything else is printed.
    private let bar = Mutex(false)

    init(environment: [String: String]) {
        let refusesColor = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
        usesColor = isatty(STDOUT_FILENO) == 1 && !refusesColor
        errIsTerminal = isatty(STDERR_FILENO) == 1
        isReadByRunner = environment["GITHUB_ACTIONS"] == "true"
    }

    /// What a text on stdout is made of.
    enum Kind {
        case text, json
        /// Commands for a runner of GitHub Actions.
        case commands
    }

    func out(_ text: String, as kind: Kind = .text) {
        let text =
            switch kind {
            case .text where isReadByRunner: WorkflowCommandGuard.defused(text)
            case .json where isReadByRunner: WorkflowCommandGuard.defused(json: text)
            case .text, .json, .commands: text
            }
        bar.withLock { isShown in
            if isShown { Self.write("\r\u{1B}[K", to: STDERR_FILENO) }
            isShown = false
            Self.write(text + "\n", to: STDOUT_FILENO)
        }
    }

    func err(_ text: String) {
        let text = isReadByRunner ? WorkflowCommandGuard.defused(text) : text
        bar.withLock { isShown in
            Self.write((isShown ? "\r\u{1B}[K" : "") + text + "\n", to: STDERR_FILENO)
            isShown = false
        }
    }

    /// Shows a line that the next one replaces. Only for terminals.
    func showBar(_ text: String) {
        bar.withLock { isShown in
            Self.write("\r\u{1B}[K" + text, to: STDERR_FILENO)
            isShown = true
        }
    }

    /// Leaves the terminal on a line of its own.
    func flush() {
        bar.withLock { isShown in
            if isShown { Self.write("\r\u{1B}[K", to: STDERR_FILENO) }
            isShown = false
        }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return
            }
            bytes = bytes.dropFirst(count)
        }
    }
}
