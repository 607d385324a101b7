import Model
import Platform

/// A ledger that is open: what it says stays what it was, whatever takes the file's name later.
package final class LedgerReader: Sendable, BlockSource {
    /// What the ledger belongs to.
    package var identity: LedgerIdentity { header.identity }
    /// How many rows are in each state.
    package var counts: RowStateCounts { header.counts }

    let header: LedgerHeader
    private let path: String
    private let descriptor: Descriptor
    private let bodyStart: Int

    /// Takes the descriptor over.
    init(path: String, descriptor: consuming Descriptor, header: LedgerHeader, bodyStart: Int) {
        self.path = path
        self.descriptor = descriptor
        self.header = header
        self.bodyStart = bodyStart
    }

    /// Whether the body is the one that the head was written for. Reads all of it.
    func verifyBody() throws(DataProblems) -> Bool {
        var hash = XXH64()
        var stream = BlockStream(self, 0..<header.bodyBytes, bufferBytes: 256 << 10)
        var left = header.bodyBytes
        while left > 0 {
            let count = min(left, 256 << 10)
            hash.combine(bytes: UnsafeRawBufferPointer(start: try stream.next(count), count: count))
            left -= count
        }
        return hash.finalize() == header.body
    }

    /// Reads from the body.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(DataProblems) {
        let filled: Int
        do throws(SystemError) {
            filled = try descriptor.read(into: bytes, at: bodyStart + offset)
        } catch {
            throw LedgerFile.problem(error)
        }
        if filled < bytes.count { throw damage() }
    }

    func damage() -> DataProblems {
        DataProblems(
            diagnostics: [
                Diagnostic(
                    .error, "the row ledger \(path) is damaged",
                    help: "run again: a ledger that is damaged is not used, and all rows are sent")
            ], canRetry: true)
    }

    /// What is remembered of columns; nil in a ledger of before.
    func columns() throws(DataProblems) -> ColumnMemory? {
        if header.columnBytes == 0 { return nil }
        var bytes = [UInt8](repeating: 0, count: header.columnBytes)
        var failure: DataProblems?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(DataProblems) {
                try read(into: buffer, at: header.entryBytes + header.keyBytes)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard let memory = ColumnMemory(bytes) else { throw damage() }
        return memory
    }

    /// The entries in the order of their keys.
    func entries() -> Entries { Entries(self) }

    struct Entries: ~Copyable {
        private var stream: BlockStream
        private var left: Int

        fileprivate init(_ ledger: LedgerReader) {
            left = ledger.header.counts.total
            stream = BlockStream(ledger, 0..<ledger.header.entryBytes)
        }

        mutating func next() throws(DataProblems) -> LedgerEntry? {
            if left == 0 { return nil }
            left -= 1
            return LedgerEntry(try stream.next(LedgerEntry.byteCount))
        }
    }

    /// The key texts in the order of their slots.
    func keyTexts() -> KeyTexts { KeyTexts(self) }

    struct KeyTexts: ~Copyable {
        private var stream: BlockStream
        private var slot = 0

        fileprivate init(_ ledger: LedgerReader) {
            let start = ledger.header.entryBytes
            stream = BlockStream(ledger, start..<start + ledger.header.keyBytes)
        }

        /// The text of that slot, which is behind the last that was asked for; good until the next call.
        mutating func text(ofSlot wanted: Int) throws(DataProblems) -> UnsafeRawBufferPointer {
            while true {
                let count = try stream.nextInteger()
                let text = try stream.next(count)
                slot += 1
                if slot == wanted + 1 { return UnsafeRawBufferPointer(start: text, count: count) }
            }
        }
    }
}
