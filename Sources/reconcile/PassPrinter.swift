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
    private let isDryRun: Bool
    private let printsPlan: Bool
    private let uploads = Mutex<[String: Upload]>([:])

    /// One upload's progress.
    private struct Upload {
        var began: Double
        var shown: Double
        var firstRows: Int
    }

    init(console: Console, time: any TimeSource, isDryRun: Bool, printsPlan: Bool) {
        self.console = console
        self.time = time
        self.isDryRun = isDryRun
        self.printsPlan = printsPlan
    }

    func planned(_ plan: Plan) {
        for problem in plan.connections.flatMap(\.problems).sortedByPlace { console.err(problem.rendered) }
        if printsPlan { console.out(PlanText(usesColor: console.usesColor).render(plan)) }
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

    func uploading(key: String, rows: Int, of total: Int) {
        let now = time.uptime()
        let line: String? = uploads.withLock { uploads in
            guard var upload = uploads[key] else {
                uploads[key] = Upload(began: now, shown: now, firstRows: rows)
                return nil
            }
            let interval = console.errIsTerminal ? 0.1 : 5
            guard now - upload.shown >= interval, rows < total else { return nil }
            upload.shown = now
            uploads[key] = upload
            let rate = Double(rows - upload.firstRows) / max(0.001, now - upload.began)
            let left = rate > 0 ? Int(Double(total - rows) / rate) : 0
            let percent = rows * 100 / max(1, total)
            let text =
                "\(percent) %, \(rows.grouped) of \(total.grouped) rows, \(Int(rate).grouped) rows/s, \(left) s left"
            guard console.errIsTerminal else { return "\(key): \(text)" }
            let filled = percent / 5
            let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
            return "\(key) [\(bar)] \(text)"
        }
        guard let line else { return }
        if console.errIsTerminal { console.showBar(line) } else { console.err(line) }
    }
}
