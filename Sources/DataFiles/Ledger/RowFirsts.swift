import Model

/// Which rows are the first of each kind, by their numbers in the files, or their slots in the ledger.
struct RowFirsts {
    /// The lowest numbers of those that were added.
    struct Lowest {
        private(set) var numbers: [Int] = []

        @inline(__always)
        mutating func add(_ number: Int) {
            if numbers.count < RowPreview.rowsShown || number < numbers[RowPreview.rowsShown - 1] { insert(number) }
        }

        @inline(never)
        private mutating func insert(_ number: Int) {
            let place = numbers.firstIndex { $0 > number } ?? numbers.count
            numbers.insert(number, at: place)
            if numbers.count > RowPreview.rowsShown { numbers.removeLast() }
        }
    }

    var added = Lowest()
    var changed = Lowest()
    var removed = Lowest()
    var respelt = Lowest()
    var rejected = Lowest()

    /// Looks their keys up.
    func preview(_ rows: SurveyedRows, of ledger: LedgerReader, paths: [String]) throws(DataProblems) -> RowPreview {
        var preview = RowPreview()
        let wanted = Set([added, changed, respelt, rejected].flatMap(\.numbers))
        var found: [Int: RowPreview.Row] = [:]
        var cursor = rows.notes.cursor()
        for number in wanted.sorted() {
            let note = try cursor.note(ofRow: number)
            found[number] = RowPreview.Row(
                key: RowPreview.shownKey(cursor.keyText), place: SourceLocation(path: paths[note.file], line: note.line)
            )
        }
        func named(_ lowest: Lowest) -> [RowPreview.Row] { lowest.numbers.compactMap { found[$0] } }
        (preview.added, preview.changed) = (named(added), named(changed))
        (preview.respelt, preview.rejected) = (named(respelt), named(rejected))
        var texts = ledger.keyTexts()
        for slot in removed.numbers {
            preview.removed.append(
                RowPreview.Row(key: RowPreview.shownKey(try texts.text(ofSlot: slot)), place: nil))
        }
        return preview
    }
}

extension RowPreview {
    /// A key's JSON text, cut where it is long.
    static func shownKey(_ text: UnsafeRawBufferPointer) -> String {
        let whole = String(decoding: text.prefix(400), as: UTF8.self)
        return whole.count > 80 || text.count > 400 ? whole.prefix(80) + "…" : whole
    }
}
