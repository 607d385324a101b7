import Platform
import Reconciler

/// The file of `--rows-out`: keys of rows, so its owner's alone; it takes its name when it is whole.
struct RowsFile: RowLines {
    let path: String

    private static let blockBytes = 64 << 10

    func write(
        _ produce: ((_ line: [UInt8]) throws(StepFailure) -> Void) throws(StepFailure) -> Void
    ) throws(StepFailure) {
        let random = UInt64.random(in: .min ... .max)
        var file = try failing(as: failure) { () throws(SystemError) in
            try AtomicFile(
                replacing: path, permissions: .exactly(0o600), durability: .process, aside: .hidden(random),
                shownAs: path)
        }
        var buffer: [UInt8] = []
        func flush() throws(StepFailure) {
            do throws(SystemError) { try file.write(buffer) } catch { throw failure(error) }
            buffer.removeAll(keepingCapacity: true)
        }
        try produce { (line) throws(StepFailure) in
            buffer += line
            if buffer.count >= Self.blockBytes { try flush() }
        }
        try flush()
        do throws(SystemError) { try file.place() } catch { throw failure(error) }
    }

    private func failure(_ error: SystemError) -> StepFailure {
        StepFailure(.failed, error.message, help: error.help(.writing, elsewhere: "name another file with --rows-out"))
    }
}
