/// A sorted stretch of a temporary file, in entries.
struct SortedRun {
    var next: Int
    var end: Int
}

/// Merges sorted runs of a temporary file: a heap of runs, the one with the smallest entry on top.
struct RunMerger {
    /// A run, and the part of it that is in memory.
    private struct Head {
        var run: SortedRun
        var position: UnsafeMutablePointer<RowEntry>
        var loadedEnd: UnsafeMutablePointer<RowEntry>
        let storage: UnsafeMutablePointer<RowEntry>

        /// Reads the next `share` entries; false at the run's end.
        mutating func load(_ share: Int, from file: SpillFile) throws(DataProblems) -> Bool {
            let amount = min(share, run.end - run.next)
            if amount == 0 { return false }
            let stride = MemoryLayout<RowEntry>.stride
            try file.read(
                into: UnsafeMutableRawBufferPointer(start: storage, count: amount * stride), at: run.next * stride)
            run.next += amount
            position = storage
            loadedEnd = storage + amount
            return true
        }
    }

    private let file: SpillFile
    /// How many entries of a run are in memory at a time.
    private let share: Int
    private var heap: [Head] = []

    /// Each run gets an equal part of the buffer, whose capacity is at least one entry a run.
    init(
        _ runs: [SortedRun], in file: SpillFile, buffer: UnsafeMutablePointer<RowEntry>, capacity: Int
    ) throws(DataProblems) {
        self.file = file
        share = capacity / runs.count
        for (index, run) in runs.enumerated() {
            let storage = buffer + index * share
            var head = Head(run: run, position: storage, loadedEnd: storage, storage: storage)
            if try head.load(share, from: file) { heap.append(head) }
        }
        for index in stride(from: heap.count / 2, through: 0, by: -1) { sink(from: index) }
    }

    /// The smallest entry that is left.
    mutating func next() throws(DataProblems) -> RowEntry? {
        if heap.isEmpty { return nil }
        let entry = heap[0].position.pointee
        heap[0].position += 1
        if heap[0].position == heap[0].loadedEnd, try !heap[0].load(share, from: file) {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
        }
        sink(from: 0)
        return entry
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        RowEntry.precedes(heap[left].position.pointee, heap[right].position.pointee)
    }

    private mutating func sink(from start: Int) {
        var parent = start
        while true {
            var child = parent * 2 + 1
            if child >= heap.count { return }
            if child + 1 < heap.count, precedes(child + 1, child) { child += 1 }
            if !precedes(child, parent) { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
