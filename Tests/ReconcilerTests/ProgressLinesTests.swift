import Model
import Reporting
import Synchronization
import TestSupport
import Testing

/// What a long upload says of itself.
@Suite struct ProgressLinesTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
        var seen: [String] { all.withLock { $0 } }
    }

    private func progress(_ rows: Int, requests: Int, bytes: Int, seconds: Double, retries: Int = 0) -> UploadProgress {
        var progress = UploadProgress(totalRows: 1_000_000)
        (progress.rows, progress.requests, progress.bytes, progress.seconds) = (rows, requests, bytes, seconds)
        progress.retries = retries
        return progress
    }

    @Test func aLineEveryFiveSecondsWhereThereIsNoTerminal() {
        let (time, lines) = (ManualTime(), Lines())
        let progress = ProgressLines(columns: nil, time: time) { line in lines.all.withLock { $0.append(line) } }
        for second in 0...10 {
            progress.update(
                self.progress(
                    50_000 * second, requests: 10 * second, bytes: 12_500_000 * second, seconds: Double(second)),
                key: "rows")
            time.advance(1)
        }
        #expect(
            lines.seen == [
                "rows: 25 %, 250,000 of 1,000,000 rows, 50 requests, 62.5 MB, 50,000 rows/s, 12.5 MB/s, 15 s left",
                "rows: 50 %, 500,000 of 1,000,000 rows, 100 requests, 125.0 MB, 50,000 rows/s, 12.5 MB/s, 10 s left",
            ])
    }

    @Test func linesComeAlsoWhileNoRequestEnds() {
        let (time, lines) = (ManualTime(), Lines())
        let progress = ProgressLines(columns: nil, time: time) { line in lines.all.withLock { $0.append(line) } }
        progress.update(self.progress(100_000, requests: 20, bytes: 25_000_000, seconds: 1, retries: 1), key: "rows")
        for _ in 0..<9 {
            time.advance(1)
            progress.tick()
        }
        #expect(
            lines.seen == [
                "rows: 10 %, 100,000 of 1,000,000 rows, 20 requests, 25.0 MB, 1 retry, 16,666 rows/s, 4.2 MB/s, 54 s left"
            ])
        progress.end(key: "rows")
        time.advance(60)
        progress.tick()
        #expect(lines.seen.count == 1)
    }

    @Test func aShortUploadSaysNothing() {
        let (time, lines) = (ManualTime(), Lines())
        let progress = ProgressLines(columns: nil, time: time) { line in lines.all.withLock { $0.append(line) } }
        progress.update(self.progress(10, requests: 1, bytes: 10, seconds: 1), key: "rows")
        time.advance(4)
        progress.tick()
        #expect(lines.seen.isEmpty)
    }

    @Test func aBarOnATerminal() {
        let (time, lines) = (ManualTime(), Lines())
        let progress = ProgressLines(columns: 200, time: time) { line in lines.all.withLock { $0.append(line) } }
        progress.update(self.progress(0, requests: 0, bytes: 0, seconds: 0), key: "rows")
        time.advance(0.5)
        progress.update(self.progress(400_000, requests: 80, bytes: 100_000_000, seconds: 0.5), key: "rows")
        #expect(
            lines.seen == [
                "rows [########............] 40 %, 400,000 of 1,000,000 rows, 80 requests, 100.0 MB, 800,000 rows/s, "
                    + "200.0 MB/s, 1 s left"
            ])
    }

    @Test func readingHasLinesAndBarsOfItsOwn() {
        for (columns, wanted) in [
            (nil, "rows: reading, 42 %, 420,000 rows, 103.5 MB"),
            (80, "rows [########............] reading 42 %, 420,000 rows, 103.5 MB"),
            (50, "rows [########............] reading 42 %"),
        ] as [(Int?, String)] {
            let (time, lines) = (ManualTime(), Lines())
            let progress = ProgressLines(columns: columns, time: time) { line in lines.all.withLock { $0.append(line) }
            }
            let reading = ReadingProgress(rows: 420_000, bytes: 103_500_000, totalBytes: 246_400_000)
            progress.update(reading, key: "rows")
            time.advance(6)
            progress.update(reading, key: "rows")
            #expect(lines.seen == [wanted])
            progress.end(key: "rows")
        }
        let (time, lines) = (ManualTime(), Lines())
        let progress = ProgressLines(columns: 80, time: time) { line in lines.all.withLock { $0.append(line) } }
        progress.update(ReadingProgress(rows: 1, bytes: 1, totalBytes: nil), key: "packed")
        time.advance(1)
        progress.tick()
        #expect(lines.seen == ["packed: reading, 1 rows, 0.0 MB"])
    }
}
