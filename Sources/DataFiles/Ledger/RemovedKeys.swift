import JSON
import Model

/// The primary keys of rows that a ledger knows and the files no longer hold: those to delete.
///
/// The same keys in the same groups every time, for the same ledger and files.
package struct RemovedKeys: Sendable {
    private let ledger: LedgerReader
    private let slots: RowBitmap
    /// How many keys there are. Rows that were left in place before are among them, because `removed_rows: delete`
    /// asks for exactly what the files say; rows that the service never took are not.
    package let count: Int

    init(_ slots: RowBitmap, of ledger: LedgerReader) {
        self.slots = slots
        self.ledger = ledger
        count = slots.total
    }

    /// Goes through the keys in groups.
    package func groups(of size: Int = 5000) -> Groups { Groups(slots, of: ledger, size: size) }

    /// A place among the groups. Blocks while it reads.
    package struct Groups: ~Copyable {
        private let slots: RowBitmap
        private let size: Int
        private var next: Int?
        private var texts: LedgerReader.KeyTexts
        private let ledger: LedgerReader

        fileprivate init(_ slots: RowBitmap, of ledger: LedgerReader, size: Int) {
            self.slots = slots
            self.size = size
            self.ledger = ledger
            next = slots.next(from: 0)
            texts = ledger.keyTexts()
        }

        /// The next keys, as they were sent: strings or numbers. Nil after the last group.
        package mutating func nextGroup() throws(DataProblems) -> [JSONValue]? {
            var group: [JSONValue] = []
            while let slot = next, group.count < size {
                let text = try texts.text(ofSlot: slot)
                guard let value = try? JSONValue.parse(Array(text)) else { throw ledger.damage() }
                group.append(value)
                next = slots.next(from: slot + 1)
            }
            return group.isEmpty ? nil : group
        }
    }
}
