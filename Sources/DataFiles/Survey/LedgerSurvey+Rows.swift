import Model

/// One row as an upload would change it.
package struct RowChange: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case added, changed, removed, respelt
        case rejectedBefore = "rejected_before"
        /// Nothing is known of what the service has.
        case unknown
    }

    package var kind: Kind
    /// Number in the data set, from 0; of a removed one the number that its key has in the ledger.
    package var number: Int
    /// The whole text of the key, as JSON.
    package var key: String
    /// Nil for a row that left the files.
    package var place: SourceLocation?
}

extension LedgerSurvey {
    /// Goes through all rows that an upload would change: those of the files in their order, then those that left them.
    ///
    /// Blocks. Errors: what was kept of the survey cannot be read.
    package func forEachChange(
        of set: DataSet, _ body: (RowChange) throws(DataProblems) -> Void
    ) throws(DataProblems) {
        let kinds = try self.kinds()
        var cursor = rows.notes.cursor()
        var number = 0
        while let note = try cursor.next() {
            defer { number += 1 }
            guard let kind = kinds.kind(ofRow: number) else { continue }
            try body(
                RowChange(
                    kind: kind, number: number, key: String(decoding: cursor.keyText, as: UTF8.self),
                    place: SourceLocation(path: set.files[note.file].displayPath, line: note.line)))
        }
        guard let ledger = rows.ledger, var slot = kinds.removed.next(from: 0) else { return }
        var texts = ledger.keyTexts()
        while true {
            let key = String(decoding: try texts.text(ofSlot: slot), as: UTF8.self)
            try body(RowChange(kind: .removed, number: slot, key: key, place: nil))
            guard let next = kinds.removed.next(from: slot + 1) else { return }
            slot = next
        }
    }

    /// The first rows that an upload would change, with their text as JSON; without a ledger the first of all.
    ///
    /// Blocks. Errors: the files are not what they were.
    package func firstChanged(
        _ limit: Int, of set: DataSet, limits: RequestLimits
    ) throws(DataProblems) -> [(row: RowChange, text: [UInt8])] {
        let kinds = try self.kinds()
        var wanted = RowBitmap(count: rows.notes.rowCount)
        var count = 0
        for number in 0..<rows.notes.rowCount where count < limit {
            guard [.changed, .respelt, .unknown].contains(kinds.kind(ofRow: number)) else { continue }
            wanted.insert(number)
            count += 1
        }
        if count == 0 { return [] }
        let selection = try RowSelection(wanted, notes: rows.notes, limits: limits)
        var reader = try RowChunkReader(set, limits: limits, expecting: survey.fingerprint, sending: selection)
        var found: [(row: RowChange, text: [UInt8])] = []
        while let chunk = try reader.next() {
            for row in 0..<chunk.rowCount {
                let number = chunk.number(ofRow: row)
                let text = Array(chunk.record(ofRow: row))
                let key = PrimaryKeyText.whole(ofRecord: text, primaryKey: set.primaryKey)
                found.append(
                    (
                        RowChange(
                            kind: kinds.kind(ofRow: number) ?? .changed, number: number, key: key,
                            place: chunk.origin(ofRow: row)), text
                    ))
            }
        }
        return found
    }

    private struct Kinds {
        var added: RowBitmap
        var changed: RowBitmap
        var respelt: RowBitmap
        var rejected: RowBitmap
        var removed: RowBitmap
        var isKnown: Bool

        func kind(ofRow number: Int) -> RowChange.Kind? {
            if !isKnown { return .unknown }
            if respelt.contains(number) { return .respelt }
            if added.contains(number) { return .added }
            if changed.contains(number) { return .changed }
            return rejected.contains(number) ? .rejectedBefore : nil
        }
    }

    private func kinds() throws(DataProblems) -> Kinds {
        let none = RowBitmap(count: rows.ledger == nil ? 0 : rows.notes.rowCount)
        var kinds = Kinds(
            added: none, changed: none, respelt: none, rejected: none,
            removed: RowBitmap(count: rows.ledger?.header.slotCount ?? 0), isKnown: rows.ledger != nil)
        if !kinds.isKnown { return kinds }
        var comparison = try LedgerComparison.begin(rows.sorted, with: rows.ledger)
        while let pair = try comparison.next() {
            guard let row = pair.row else {
                if let known = pair.known, known.state.isThere, known.state != .kept, !pair.isRespelt {
                    kinds.removed.insert(known.slot)
                }
                continue
            }
            let number = Int(row.row)
            if pair.isStandingRejected {
                kinds.rejected.insert(number)
            } else if pair.isUnchanged {
                continue
            } else if pair.isRespelt {
                kinds.respelt.insert(number)
            } else if let known = pair.known, known.state != .kept {
                kinds.changed.insert(number)
            } else {
                kinds.added.insert(number)
            }
        }
        return kinds
    }
}
