/// Sorts entries in place, by the bytes of their keys from the top down (American flag sort).
///
/// Keys are digests, so their bytes are evenly spread and two or three rounds leave a handful of entries each; what
/// is left then, and keys that are equal, is sorted by comparing.
enum EntrySort {
    static func sort(_ entries: UnsafeMutableBufferPointer<RowEntry>) {
        guard let base = entries.baseAddress else { return }
        sort(base, count: entries.count, shift: 56)
    }

    private static func sort(_ entries: UnsafeMutablePointer<RowEntry>, count: Int, shift: UInt64) {
        if count <= 32 { return insertionSort(entries, count: count) }
        // Below the top three bytes many entries are left only where keys are equal.
        if shift < 32 {
            var rest = UnsafeMutableBufferPointer(start: entries, count: count)
            return rest.sort(by: RowEntry.precedes)
        }
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 512) { places in
            let next = places.baseAddress!
            let end = next + 256
            end.update(repeating: 0, count: 256)
            for index in 0..<count { end[Int(entries[index].key.low >> shift & 0xFF)] += 1 }
            var total = 0
            for digit in 0..<256 {
                next[digit] = total
                total += end[digit]
                end[digit] = total
            }
            for digit in 0..<256 {
                while next[digit] < end[digit] {
                    var entry = entries[next[digit]]
                    var target = Int(entry.key.low >> shift & 0xFF)
                    while target != digit {
                        swap(&entry, &entries[next[target]])
                        next[target] += 1
                        target = Int(entry.key.low >> shift & 0xFF)
                    }
                    entries[next[digit]] = entry
                    next[digit] += 1
                }
            }
            var start = 0
            for digit in 0..<256 {
                sort(entries + start, count: end[digit] - start, shift: shift - 8)
                start = end[digit]
            }
        }
    }

    private static func insertionSort(_ entries: UnsafeMutablePointer<RowEntry>, count: Int) {
        guard count > 1 else { return }
        for index in 1..<count {
            let entry = entries[index]
            var place = index
            while place > 0, RowEntry.precedes(entry, entries[place - 1]) {
                entries[place] = entries[place - 1]
                place -= 1
            }
            entries[place] = entry
        }
    }
}
