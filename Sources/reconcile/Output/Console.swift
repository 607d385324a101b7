import Model
import Planner
import Platform
import Reconciler
import Reporting
import Synchronization

/// stdout for results, stderr for diagnostics and progress.
final class Console: Sendable {
    /// Whether colours are wanted on stdout: a terminal, and no `NO_COLOR`.
    let usesColor: Bool
    private let colorsErrors: Bool
    /// Whether stderr is a terminal that can wipe a line.
    let showsBars: Bool
    /// Whether a runner of GitHub Actions reads along, for which some lines are commands.
    private let isReadByRunner: Bool
    private struct State {
        /// Whether a bar stands on the terminal's last line, to be wiped before anything else is printed.
        var hasBar = false
        /// Why stdout takes nothing more.
        var failure: SystemError?
    }

    private let state = Mutex(State())
    /// What takes the lines for stderr where nobody may wait for their reader.
    private let lines: LineQueue?

    /// - Parameter isPatient: Whether a reader of stderr that does not read is waited for; otherwise lines are dropped.
    init(environment: [String: String], isPatient: Bool = true) {
        lines = isPatient ? nil : LineQueue(.error)
        let refusesColor = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
        usesColor = StandardStream.output.isTerminal && !refusesColor
        colorsErrors = StandardStream.error.isTerminal && !refusesColor
        showsBars = StandardStream.error.isTerminal && environment["TERM"] != "dumb"
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
        state.withLock { state in
            wipe(&state)
            // A reader that has gone is an ordinary end of output (`reconcile | head`).
            if state.failure != nil { return }
            do throws(SystemError) {
                try StandardStream.output.write(Array((text + "\n").utf8))
            } catch {
                state.failure = error
            }
        }
    }

    /// All of them on stderr, with a blank line between, in colours where there are some.
    func show(_ diagnostics: [Diagnostic]) {
        for (index, diagnostic) in diagnostics.enumerated() {
            err((index > 0 ? "\n" : "") + diagnostic.rendered(usesColor: colorsErrors))
        }
    }

    /// Whether somebody can be asked: standard input and standard error are a terminal.
    var isInteractive: Bool { StandardStream.input.isTerminal && StandardStream.error.isTerminal }

    /// A question, without an end of its line.
    func ask(_ question: String) {
        state.withLock { state in
            wipe(&state)
            try? StandardStream.error.write(Array(question.utf8))
        }
    }

    func err(_ text: String) {
        let text = isReadByRunner ? WorkflowCommandGuard.defused(text) : text
        if let lines { return lines.add(text) }
        state.withLock { state in
            // What takes the place of a bar must not be wider than that was, or its beginning would stand for ever.
            let shown = state.hasBar ? TextFolding.folded(text, columns: columns ?? 80) : text
            wipe(&state)
            // There is nobody left to tell.
            try? StandardStream.error.write(Array((shown + "\n").utf8))
        }
    }

    /// Shows a line that the next one replaces, cut to the terminal's width. Only for terminals.
    func showBar(_ text: String) {
        let room = (columns ?? 80) - 1
        state.withLock { state in
            try? StandardStream.error.write(Array(("\r\u{1B}[K" + text.prefix(max(1, room))).utf8))
            state.hasBar = true
        }
    }

    /// Of the terminal that stderr is; nil where it is none, or cannot wipe a line.
    var columns: Int? { showsBars ? StandardStream.error.columns : nil }

    /// Of the terminal that stdout is; nil where it is none.
    var outColumns: Int? { StandardStream.output.isTerminal ? StandardStream.output.columns : nil }

    /// How the process ends: also with an error, and a word, where stdout did not take all of it.
    func finish(_ status: ExitStatus) -> ExitStatus {
        let failure = state.withLock { state in
            wipe(&state)
            return state.failure
        }
        var status = status
        if let failure, !failure.isBrokenPipe {
            err("error: \(failure.message)")
            err(
                "    help: what was printed is not whole; \(failure.help(.writing, elsewhere: "send it somewhere else"))"
            )
            status = ExitStatus.worst(of: [status, .failed])
        }
        lines?.finish(patience: 1)
        return status
    }

    /// Leaves the terminal on a line of its own.
    private func wipe(_ state: inout State) {
        if state.hasBar { try? StandardStream.error.write(Array("\r\u{1B}[K".utf8)) }
        state.hasBar = false
    }
}
