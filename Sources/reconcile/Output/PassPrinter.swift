import Model
import Planner
import Platform
import Reconciler
import Reporting

/// Shows a pass while it runs: steps and progress on stderr.
final class PassPrinter: PassObserver {
    private let console: Console
    private let printsPlan: Bool
    private let usesColor: Bool
    private let progress: ProgressLines
    private let ticking: Task<Void, any Error>

    init(console: Console, time: any TimeSource, printsPlan: Bool, usesColor: Bool) {
        self.console = console
        self.printsPlan = printsPlan
        self.usesColor = usesColor
        let progress = ProgressLines(console, time: time)
        self.progress = progress
        ticking = Task {
            while true {
                try await time.sleep(seconds: 1)
                progress.tick()
            }
        }
    }

    deinit { ticking.cancel() }

    func planned(_ plan: Plan) {
        console.show(plan.connections.flatMap(\.problems).sortedByPlace)
        if printsPlan { console.out(PlanText(usesColor: usesColor, columns: console.outColumns).render(plan)) }
    }

    func waiting(for reason: String) { console.err("waiting for \(reason)") }

    func did(_ step: Step, key: String) {
        progress.end(key: key)
        console.err("\(key): \(step.words)")
    }

    func failed(_ failure: StepFailure, key: String) {
        progress.end(key: key)
        console.err("error: \(key): \(failure.message)")
        if let help = failure.help { console.err("    help: \(help)") }
    }

    func warned(_ message: String, key: String) { console.err("warning: \(key): \(message)") }

    func rejected(_ row: RejectedRow, key: String) {
        let severity = row.isLeftOut ? "warning" : "error"
        console.err(
            "\(row.place.path):\(row.place.line): \(severity): the service rejected the row \(row.primaryKey): \(row.reason)"
        )
    }

    func reading(_ progress: ReadingProgress?, key: String) {
        if let progress { self.progress.update(progress, key: key) } else { self.progress.end(key: key) }
    }

    func uploading(_ progress: UploadProgress, key: String) {
        if progress.rows < progress.totalRows {
            self.progress.update(progress, key: key)
        } else {
            self.progress.end(key: key)
        }
    }
}

extension ProgressLines {
    /// On stderr.
    convenience init(_ console: Console, time: any TimeSource) {
        self.init(columns: console.columns, time: time) { line in
            if console.showsBars { console.showBar(line) } else { console.err(line) }
        }
    }
}
