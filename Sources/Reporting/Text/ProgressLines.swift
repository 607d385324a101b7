import Model
import Platform
import Synchronization

/// Decides when the progress of an upload, or of reading, is worth a line, and words it.
///
/// A bar may move often; lines in a log are for those who look at it much later, and a short upload needs none. They
/// come also while no request ends, so that a slow service does not look like a program that hangs.
package final class ProgressLines: Sendable {
    private enum Progress {
        case upload(UploadProgress)
        case reading(ReadingProgress)
    }

    private struct Work {
        var progress: Progress
        /// Uptime at which it was heard of, and at which something was last shown.
        var heard: Double
        var shown: Double
    }

    /// Of the terminal; nil where it is none.
    private let columns: Int?
    private var hasBar: Bool { columns != nil }
    private let time: any TimeSource
    private let show: @Sendable (String) -> Void
    /// By key.
    private let works = Mutex<[String: Work]>([:])

    /// Seconds between two lines of an upload.
    private var interval: Double { hasBar ? 0.1 : 5 }

    /// `show` gets each line; on a terminal of so many columns one with a bar, meant to replace the one before.
    package init(columns: Int?, time: any TimeSource, show: @escaping @Sendable (String) -> Void) {
        self.columns = columns
        self.time = time
        self.show = show
    }

    /// Takes down how far an upload is.
    package func update(_ progress: UploadProgress, key: String) { update(.upload(progress), key: key) }

    /// The same for the reading of data files.
    package func update(_ progress: ReadingProgress, key: String) { update(.reading(progress), key: key) }

    private func update(_ progress: Progress, key: String) {
        let now = time.uptime()
        works.withLock { works in
            works[key] = Work(progress: progress, heard: now, shown: works[key]?.shown ?? now)
        }
        tick()
    }

    /// The upload, or the reading, is over, whichever way.
    package func end(key: String) { works.withLock { $0[key] = nil } }

    /// Shows what is due. To be called a few times a second.
    package func tick() {
        let now = time.uptime()
        let lines = works.withLock { works in
            let due = works.filter { now - $0.value.shown >= interval }.keys.sorted()
            return due.map { key in
                works[key]!.shown = now
                switch works[key]!.progress {
                case .upload(var progress):
                    progress.seconds += now - works[key]!.heard
                    return line(progress, key: key)
                case .reading(let progress): return line(progress, key: key)
                }
            }
        }
        for line in lines { show(line) }
    }

    /// Such as `rows: 42 %, 420,000 of 1,000,000 rows, 84 requests, 103.5 MB, 1,100,000 rows/s, 270.9 MB/s, 1 s left`.
    private func line(_ progress: UploadProgress, key: String) -> String {
        let percent = progress.rows * 100 / max(1, progress.totalRows)
        var parts = [
            "\(percent) %", "\(progress.rows.grouped) of \(progress.totalRows.grouped) rows", progress.totals,
        ]
        if let rates = progress.rates { parts.append(rates) }
        if let left = progress.secondsLeft { parts.append("\(Int(left.rounded(.up)).grouped) s left") }
        return line(key, parts, percent: percent)
    }

    /// Such as `rows: reading, 42 %, 420,000 rows, 103.5 MB`.
    private func line(_ progress: ReadingProgress, key: String) -> String {
        let percent = progress.totalBytes.map { min(100, progress.bytes * 100 / max(1, $0)) }
        let megabytes = Double(progress.bytes / 100_000) / 10
        let rest = ["\(progress.rows.grouped) rows", "\(megabytes) MB"]
        if columns == nil { return line(key, ["reading"] + (percent.map { ["\($0) %"] } ?? []) + rest, percent: nil) }
        return line(key, [percent.map { "reading \($0) %" } ?? "reading"] + rest, percent: percent)
    }

    private func line(_ key: String, _ parts: [String], percent: Int?) -> String {
        guard let columns else { return "\(key): \(parts.joined(separator: ", "))" }
        let bar = percent.map { percent in
            " [" + String(repeating: "#", count: percent / 5) + String(repeating: ".", count: 20 - percent / 5) + "] "
        }
        var line = key + (bar ?? ": ") + parts[0]
        // What does not fit is left out, from the end: the most telling comes first.
        for part in parts.dropFirst() where line.count + part.count + 2 < columns { line += ", " + part }
        return line
    }
}
