import Model

/// Sorts the entries of any number of rows in bounded memory: full buffers go to disk sorted, and are merged when
/// they are read.
final class RowSorter {
    private let directory: String
    private let fanIn: Int
    private let memoryBytes: Int
    private let buffer: SortedRows.Buffer
    private var count = 0
    private var file: SpillFile?
    private var runs: [SortedRun] = []

    init(directory: String, tuning: Tuning) {
        self.directory = directory
        fanIn = max(2, tuning.fanIn)
        memoryBytes = tuning.memoryBytes
        buffer = SortedRows.Buffer(capacity: max(fanIn + 1, tuning.sortBytes / MemoryLayout<RowEntry>.stride))
    }

    @inline(__always)
    func add(_ entry: RowEntry) throws(DataProblems) {
        if count == buffer.capacity { try spill() }
        buffer.base[count] = entry
        count += 1
    }

    /// All entries in order. Nothing can be added after it.
    ///
    /// `keeping` says that the rows outlive the survey: then no more than a few kilobytes stay in memory.
    func finish(keeping: Bool = false) throws(DataProblems) -> SortedRows {
        if file == nil {
            let bytes = count * MemoryLayout<RowEntry>.stride
            if !keeping || bytes <= memoryBytes {
                EntrySort.sort(UnsafeMutableBufferPointer(start: buffer.base, count: count))
                guard keeping else { return SortedRows(buffer, count: count) }
                let small = SortedRows.Buffer(capacity: max(1, count))
                small.base.update(from: buffer.base, count: count)
                return SortedRows(small, count: count)
            }
        }
        if count > 0 { try spill() }
        return SortedRows(runs, in: file!)
    }

    /// What a merge may read ahead in, once `finish` has returned.
    var mergeBuffer: SortedRows.Buffer { buffer }

    private func spill() throws(DataProblems) {
        EntrySort.sort(UnsafeMutableBufferPointer(start: buffer.base, count: count))
        let target: SpillFile
        if let file { target = file } else { target = try SpillFile(in: directory) }
        file = target
        let start = target.count / MemoryLayout<RowEntry>.stride
        try target.append(UnsafeRawBufferPointer(UnsafeBufferPointer(start: buffer.base, count: count)))
        runs.append(SortedRun(next: start, end: start + count))
        count = 0
        if runs.count == fanIn { try compact(target) }
    }

    /// Merges all runs into one, in a file of its own, so that their number stays bounded.
    private func compact(_ source: SpillFile) throws(DataProblems) {
        let merged = try SpillFile(in: directory)
        // Part of the buffer collects what goes out, the rest reads ahead.
        let block = max(1, buffer.capacity / (fanIn + 1))
        let output = buffer.base + (buffer.capacity - block)
        var merger = try RunMerger(runs, in: source, buffer: buffer.base, capacity: buffer.capacity - block)
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
