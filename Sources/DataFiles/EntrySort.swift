/// Sorts entries in place.
enum EntrySort {
    static func sort(_ entries: UnsafeMutableBufferPointer<RowEntry>) {
        var entries = entries
        entries.sort(by: RowEntry.precedes)
    }
}
