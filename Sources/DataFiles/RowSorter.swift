import Model

/// Sorts the entries of any number of rows in bounded memory: full buffers go to disk sorted, and are merged at the
/// end.
final class RowSorter {
    private let directory: String
    private let capacity: Int
    private let fanIn: Int
    private let buffer: UnsafeMutablePointer<RowEntry>
    private var count = 0
    private var file: TemporaryFile?
    private var runs: [SortedRun] = []

    init(directory: String, tuning: Tuning) {
        self.directory = directory
        fanIn = max(2, tuning.fanIn)
        capacity = max(fanIn + 1, tuning.sortBytes / MemoryLayout<RowEntry>.stride)
        buffer = .allocate(capacity: capacity)
    }

    deinit { buffer.deallocate() }

    func add(_ entry: RowEntry) throws(DataProblems) {
        if count == capacity { try spill() }
        buffer[count] = entry
        count += 1
    }

    /// Hands over all entries in order, once. Nothing can be added after it.
    func merge(_ body: (RowEntry) -> Void) throws(DataProblems) {
        guard let file else {
            EntrySort.sort(UnsafeMutableBufferPointer(start: buffer, count: count))
            for index in 0..<count { body(buffer[index]) }
            return
        }
        if count > 0 { try spill() }
        var merger = try RunMerger(runs, in: self.file ?? file, buffer: buffer, capacity: capacity)
        while let entry = try merger.next() { body(entry) }
    }

    private func spill() throws(DataProblems) {
        EntrySort.sort(UnsafeMutableBufferPointer(start: buffer, count: count))
        let target: TemporaryFile
        if let file { target = file } else { target = try TemporaryFile(in: directory) }
        file = target
        let start = target.count / MemoryLayout<RowEntry>.stride
        try target.append(UnsafeRawBufferPointer(UnsafeBufferPointer(start: buffer, count: count)))
        runs.append(SortedRun(next: start, end: start + count))
        count = 0
        if runs.count == fanIn { try compact(target) }
    }

    /// Merges all runs into one, in a file of its own, so that their number stays bounded.
    private func compact(_ source: TemporaryFile) throws(DataProblems) {
        let merged = try TemporaryFile(in: directory)
        // Part of the buffer collects what goes out, the rest reads ahead.
        let block = max(1, capacity / (fanIn + 1))
        let output = buffer + (capacity - block)
        var merger = try RunMerger(runs, in: source, buffer: buffer, capacity: capacity - block)
        var filled = 0
        while let entry = try merger.next() {
            output[filled] = entry
            filled += 1
            if filled == block {
                try merged.append(UnsafeRawBufferPointer(UnsafeBufferPointer(start: output, count: filled)))
                filled = 0
            }
        }
        try merged.append(UnsafeRawBufferPointer(UnsafeBufferPointer(start: output, count: filled)))
        file = merged
        runs = [SortedRun(next: 0, end: merged.count / MemoryLayout<RowEntry>.stride)]
    }
}
