import Model

/// All rows of a survey, sorted by key. Can be gone through any number of times.
///
/// `@unchecked`: nothing is changed after it was made.
final class SortedRows: @unchecked Sendable {
    /// Entries in memory, freed with the last user.
    final class Buffer {
        let base: UnsafeMutablePointer<RowEntry>
        let capacity: Int

        init(capacity: Int) {
            self.capacity = capacity
            base = .allocate(capacity: capacity)
        }

        deinit { base.deallocate() }
    }

    let count: Int
    /// All entries, where there is no file.
    private let memory: Buffer?
    private let file: SpillFile?
    private let runs: [SortedRun]

    /// A few entries that are sorted and stay in memory.
    init(_ memory: Buffer, count: Int) {
        self.memory = memory
        self.count = count
        file = nil
        runs = []
    }

    /// Sorted runs of a file.
    init(_ runs: [SortedRun], in file: SpillFile) {
        self.file = file
        self.runs = runs
        memory = nil
        count = runs.reduce(0) { $0 + $1.end - $1.next }
    }

    /// Begins at the smallest key. `buffer` is to read ahead in; without one there is one of 256 KiB.
    func cursor(buffer: Buffer? = nil) throws(DataProblems) -> Cursor {
        guard let file else { return Cursor(memory: memory, count: count) }
        let buffer = buffer ?? Buffer(capacity: max(runs.count, (256 << 10) / MemoryLayout<RowEntry>.stride))
        return try Cursor(merging: runs, in: file, buffer: buffer)
    }

    /// A place among the rows.
    struct Cursor {
        private let buffer: Buffer?
        private var merger: RunMerger?
        private var position: UnsafeMutablePointer<RowEntry>?
        private var left: Int

        fileprivate init(memory: Buffer?, count: Int) {
            buffer = memory
            position = memory?.base
            left = count
        }

        fileprivate init(
            merging runs: [SortedRun], in file: SpillFile, buffer: Buffer
        ) throws(DataProblems) {
            self.buffer = buffer
            left = 0
            if runs.isEmpty { return }
            merger = try RunMerger(runs, in: file, buffer: buffer.base, capacity: buffer.capacity)
        }

        /// The entry of the next key; nil after the last.
        @inline(__always)
        mutating func next() throws(DataProblems) -> RowEntry? {
            if left > 0 {
                left -= 1
                defer { position = position.unsafelyUnwrapped + 1 }
                return position.unsafelyUnwrapped.pointee
            }
            return try merger?.next()
        }
    }
}
