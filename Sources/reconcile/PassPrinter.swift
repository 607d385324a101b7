import Foundation
import JSON
import Model
import Planner
import Reconciler
import Synchronization

/// Shows a pass while it runs: steps and progress on stderr.
final class PassPrinter: PassObserver {
    private let console: Console
    private let time: any TimeSource
    private let printsPlan: Bool
    private let usesColor: Bool
    /// When the progress of an upload was shown last, by key.
    private let shown = Mutex<[String: Double]>([:])

    init(console: Console, time: any TimeSource, printsPlan: Bool, usesColor: Bool) {
        self.console = console
        self.time = time
        self.printsPlan = printsPlan
        self.usesColor = usesColor
    }

    func planned(_ plan: Plan) {
        for problem in plan.connections.flatMap(\.problems).sortedByPlace { console.err(problem.rendered) }
        if printsPlan { console.out(PlanText(usesColor: usesColor).render(plan)) }
    }

    func waiting(for reason: String) { console.err("waiting for \(reason)") }

    func did(_ step: String, key: String) { console.err("\(key): \(step)") }

    func failed(_ failure: StepFailure, key: String) {
        console.err("error: \(key): \(failure.message)")
        if let help = failure.help { console.err("    help: \(help)") }
    }

    func warned(_ message: String, key: String) { console.err("warning: \(key): \(message)") }

    func rejected(_ row: RejectedRow, key: String) {
        console.err(
            "\(row.place.path):\(row.place.line): error: the service rejected the row \(row.primaryKey): \(row.reason)")
    }

    func uploading(_ progress: UploadProgress, key: String) {
        guard progress.rows < progress.totalRows, isDue(key) else { return }
        let line = Self.line(progress, key: key, hasBar: console.errIsTerminal)
        if console.errIsTerminal { console.showBar(line) } else { console.err(line) }
    }

    /// A bar may move often; lines in a log are for those who look at it much later.
    private func isDue(_ key: String) -> Bool {
        let now = time.uptime()
        let interval = console.errIsTerminal ? 0.1 : 5
        return shown.withLock { shown in
            // A short upload needs no line at all.
            guard let last = shown[key] else {
                shown[key] = now
                return false
            }
            guard now - last >= interval else { return false }
            shown[key] = now
            return true
        }
    }

    /// Such as `rows: 42 %, 420,000 of 1,000,000 rows, 84 requests, 103.5 MB, 1,100,000 rows/s, 270.9 MB/s, 1 s left`.
    static func line(_ progress: UploadProgress, key: String, hasBar: Bool) -> String {
        let percent = progress.rows * 100 / max(1, progress.totalRows)
        var parts = [
            "\(percent) %", "\(progress.rows.grouped) of \(progress.totalRows.grouped) rows", progress.totals,
        ]
        if let rates = progress.rates { parts.append(rates) }
        if let left = progress.secondsLeft { parts.append("\(Int(left.rounded(.up)).grouped) s left") }
        let text = parts.joined(separator: ", ")
        guard hasBar else { return "\(key): \(text)" }
        let filled = percent / 5
        return "\(key) [" + String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
            + "] \(text)"
    }
}
