import Model
import Platform

/// What the readers of all formats have in common: the window on the file, the current line, and where problems go.
struct RecordSource: ~Copyable {
    var window: FileWindow
    let problems: ProblemList
    private let maxRecordBytes: Int
    /// The line of `window.start`, and how many scalars of it were consumed.
    var line = 1
    var consumedScalars = 0
    /// Set by the first call of `fill()`.
    private var hasBegun = false
    /// Nothing more is to be read: the end, or a problem that leaves no way to go on.
    private(set) var isDone = false

    init(_ window: consuming FileWindow, maxRecordBytes: Int, problems: ProblemList) {
        self.window = window
        self.maxRecordBytes = maxRecordBytes
        self.problems = problems
    }

    var path: String { window.file.displayPath }

    /// Reads more for a scan that starts over; false where there is no more, and then `window.isAtEnd` or `isDone`.
    mutating func fill(hint: String = "") -> Bool {
        if isDone { return false }
        if window.available > maxRecordBytes {
            tooLong(what: "record", hint: hint)
            return false
        }
        do throws(DataProblems) {
            let isMore = try window.fill()
            if !hasBegun { return try begin(isMore: isMore) }
            return isMore
        } catch {
            problems.add(error)
            stop()
            return false
        }
    }

    private mutating func tooLong(what: String, hint: String = "") {
        problem("this \(what) is longer than \(maxRecordBytes) bytes\(hint); the rest of the file was not read")
        stop()
    }

    /// Skips a UTF-8 byte order mark and refuses those of UTF-16.
    private mutating func begin(isMore: Bool) throws(DataProblems) -> Bool {
        while window.available < 3, try window.fill() {}
        hasBegun = true
        let first = window.available >= 2 ? (window.base[0], window.base[1]) : (0, 0)
        // The second byte of a text in UTF-16 is zero where the first letter is one of ASCII, or the first is.
        let isUTF16 = first == (0xFF, 0xFE) || first == (0xFE, 0xFF) || (first.0 == 0) != (first.1 == 0)
        if window.available >= 2, isUTF16 {
            let member = window.file.format == .csv ? "csv" : "json"
            problem(
                "the file is UTF-16", help: "declare \(member): {encoding: utf-16}, or save the file as UTF-8")
            stop()
            return false
        }
        while window.available < ForeignFormat.longest, try window.fill() {}
        if let foreign = ForeignFormat(beginning: window.bytes(window.start..<window.end), of: window.file) {
            problem(foreign.message, help: foreign.help)
            stop()
            return false
        }
        while window.available < LFSPointer.beginning.count, try window.fill() {}
        if LFSPointer.isOne(window.bytes(window.start..<window.end)) {
            problem("this is a pointer of Git LFS, not the data", help: "run git lfs pull, or check out with LFS")
            stop()
            return false
        }
        if window.available >= 3, first == (0xEF, 0xBB), window.base[2] == 0xBF { window.start = 3 }
        return isMore
    }

    /// Goes on at a record further on, of which a survey has found that it begins there, in that line.
    mutating func seek(to offset: Int, line: Int) throws(DataProblems) {
        hasBegun = true
        try window.seek(to: offset)
        self.line = line
        consumedScalars = 0
    }

    /// Gives the rest of the file up.
    mutating func stop() {
        isDone = true
        window.start = window.end
    }

    /// The place of an offset of the window at or behind `window.start`.
    func location(of offset: Int) -> SourceLocation {
        let before = window.bytes(window.start..<min(offset, window.end))
        let lineFeeds = ByteScanning.lineFeeds(in: before)
        guard let last = before.lastIndex(of: 0x0A) else {
            return SourceLocation(
                path: path, line: line, column: consumedScalars + ByteScanning.scalars(in: before) + 1)
        }
        let column = ByteScanning.scalars(in: UnsafeBufferPointer(rebasing: before[(last + 1)...])) + 1
        return SourceLocation(path: path, line: line + lineFeeds, column: column)
    }

    /// Consumes up to `offset` and keeps count of line and column.
    mutating func consume(to offset: Int) {
        let place = location(of: offset)
        line = place.line
        consumedScalars = place.column - 1
        window.start = offset
    }

    /// Reports an error at an offset of the window; at the next record where none is given.
    func problem(_ message: @autoclosure () -> String, at offset: Int? = nil, help: String? = nil) {
        problems.add(Diagnostic(.error, message(), at: location(of: offset ?? window.start), help: help))
    }

    /// Skips to behind the next line feed at or behind `offset`, reading on where needed. A line that is longer than a
    /// record may be ends the file.
    mutating func skipLine(from offset: Int) {
        consume(to: min(offset, window.end))
        var skipped = 0
        while true {
            let rest = window.bytes(window.start..<window.end)
            if let found = rest.firstIndex(of: 0x0A) {
                consume(to: window.start + found + 1)
                return
            }
            skipped += rest.count
            if skipped > maxRecordBytes {
                tooLong(what: "line")
                return
            }
            consume(to: window.end)
            if !fill() { return }
        }
    }

    func stamp() throws(DataProblems) -> FileStamp { try window.stamp() }
}
