import Model

/// What a survey notes of each row, in the order of the files: enough to find the row again without reading what is
/// before it, to cut requests, and to name its key to the service.
///
/// A few bytes a row and the key's text; see `SpilledBytes` for where they are.
final class RowNotes: Sendable {
    /// One row's note.
    struct Note {
        /// Index of the row's file in the data set, the record's first byte in it, and its line.
        var file: Int
        var offset: Int
        var line: Int
        /// Bytes of the record as it is sent.
        var size: Int
    }

    fileprivate let bytes: SpilledBytes
    /// Number of the first row behind each file.
    fileprivate let fileEnds: [Int]
    let rowCount: Int

    fileprivate init(_ bytes: SpilledBytes, fileEnds: [Int], rowCount: Int) {
        self.bytes = bytes
        self.fileEnds = fileEnds
        self.rowCount = rowCount
    }

    func cursor() -> Cursor { Cursor(self) }

    /// Goes through the notes in order.
    struct Cursor: ~Copyable {
        private let notes: RowNotes
        private var stream: BlockStream
        private var last = Note(file: 0, offset: 0, line: 0, size: 0)
        /// How many rows have been read; the last one's number is one less.
        private(set) var rowsRead = 0
        /// The key's text of the row that was read last, until the next is read.
        private(set) var keyText = UnsafeRawBufferPointer(start: nil, count: 0)

        fileprivate init(_ notes: RowNotes) {
            self.notes = notes
            stream = BlockStream(notes.bytes, 0..<notes.bytes.count)
        }

        /// The next row's note; nil after the last.
        mutating func next() throws(DataProblems) -> Note? {
            if rowsRead == notes.rowCount { return nil }
            while rowsRead == notes.fileEnds[last.file] {
                last = Note(file: last.file + 1, offset: 0, line: 0, size: 0)
            }
            last.offset += try stream.nextInteger()
            last.line += try stream.nextInteger()
            last.size = try stream.nextInteger()
            let count = try stream.nextInteger()
            keyText = UnsafeRawBufferPointer(start: try stream.next(count), count: count)
            rowsRead += 1
            return last
        }

        /// The note of that row, which is not before the last that was read.
        mutating func note(ofRow row: Int) throws(DataProblems) -> Note {
            while let note = try next() {
                if rowsRead == row + 1 { return note }
            }
            throw notes.bytes.damage()
        }
    }
}

/// Writes the notes of a survey.
struct RowNotesWriter: ~Copyable {
    private static let blockBytes = 64 << 10

    private let bytes: SpilledBytes
    private var buffer = ByteBuffer(capacity: RowNotesWriter.blockBytes + 4096)
    private var fileEnds: [Int] = []
    private var rowCount = 0
    private var lastOffset = 0
    private var lastLine = 0

    init(directory: String, tuning: Tuning) {
        bytes = SpilledBytes(directory: directory, bytesInMemory: tuning.memoryBytes)
    }

    mutating func add(
        offset: Int, line: Int, size: Int, keyText: UnsafeBufferPointer<UInt8>
    ) throws(DataProblems) {
        buffer.append(variableLength: offset - lastOffset)
        buffer.append(variableLength: line - lastLine)
        buffer.append(variableLength: size)
        buffer.append(variableLength: keyText.count)
        if let start = keyText.baseAddress { buffer.append(start, count: keyText.count) }
        lastOffset = offset
        lastLine = line
        rowCount += 1
        if buffer.count >= Self.blockBytes { try flush() }
    }

    /// The rows of the next file follow.
    mutating func endFile() {
        fileEnds.append(rowCount)
        lastOffset = 0
        lastLine = 0
    }

    mutating func finish() throws(DataProblems) -> RowNotes {
        try flush()
        return RowNotes(bytes, fileEnds: fileEnds, rowCount: rowCount)
    }

    private mutating func flush() throws(DataProblems) {
        try bytes.append(UnsafeRawBufferPointer(buffer.bytes))
        buffer.count = 0
    }
}
