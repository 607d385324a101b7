import JSON
import Model
import Platform

/// Reads one JSON object a line. Lines of blanks alone are skipped.
final class NDJSONReader: RecordReader {
    private enum Step { case record, skipped, needMore, done }

    private var source: RecordSource
    /// The line that was read last, while it is in the window.
    private var lastLine = 0..<0
    private var lastLineNumber = 0

    init(_ source: consuming RecordSource) {
        self.source = source
    }

    func hasRead(_ size: Int) -> Bool { source.window.hasRead(size) }
    func stamp() throws(DataProblems) -> FileStamp { try source.stamp() }
    func seek(to offset: Int, line: Int) throws(DataProblems) { try source.seek(to: offset, line: line) }

    func next(into record: inout RecordBuffer) -> Bool {
        while !source.isDone {
            switch scan(&record) {
            case .record: return true
            case .skipped: continue
            case .done: return false
            case .needMore: _ = source.fill()
            }
        }
        return false
    }

    private func scan(_ record: inout RecordBuffer) -> Step {
        let base = UnsafePointer(source.window.base)
        let (start, end) = (source.window.start, source.window.end)
        let lineEnd: Int
        if let found = Bytes.firstIndex(of: 0x0A, in: base + start, count: end - start) {
            lineEnd = start + found
        } else if source.window.isAtEnd {
            if start == end { return .done }
            lineEnd = end
        } else {
            return .needMore
        }
        var scanner = JSONRecordScanner(base, from: start, end: lineEnd, isFinal: true)
        scanner.skipBlanks()
        let next = min(lineEnd + 1, end)
        lastLine = start..<lineEnd
        lastLineNumber = source.line
        defer {
            source.window.start = next
            source.line += 1
        }
        if scanner.offset == lineEnd { return .skipped }
        record.begin()
        record.line = source.line
        record.offset = source.window.fileOffset(of: start)
        let isObject = base[scanner.offset] == UInt8(ascii: "{")
        if isObject, scanner.object(into: &record) == .complete {
            scanner.skipBlanks()
            if scanner.offset == lineEnd { return .record }
        }
        record.rewind()
        report(isObject: isObject, from: start, objectEnd: scanner.offset, to: lineEnd)
        return .skipped
    }

    private func report(isObject: Bool, from start: Int, objectEnd: Int, to lineEnd: Int) {
        do throws(JSONError) {
            let value = try JSONValue.parse(source.window.bytes(start..<lineEnd))
            let message =
                if case .array = value {
                    "this line is an array; an NDJSON file has one object a line"
                } else {
                    "this line is not an object; an NDJSON file has one object a line"
                }
            source.problem(message, help: "a file that is one array of objects has a name that ends in .json")
        } catch {
            let bytes = source.window.bytes(start..<lineEnd)
            if source.line == 1, bytes.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "[") {
                source.problem(
                    "the file is one array; an NDJSON file has one object a line",
                    help: "a file that is one array of objects has a name that ends in .json")
                return source.stop()
            }
            let fault = JSONFault(error, in: bytes)
            source.problem(fault.message, at: start + error.offset, help: fault.help)
        }
    }

    func duplicateName() -> Diagnostic {
        var offset = 0
        var message = "a key occurs twice in one object"
        do throws(JSONError) {
            _ = try JSONValue.parse(source.window.bytes(lastLine))
        } catch {
            offset = error.offset
            message = error.message
        }
        let before = source.window.bytes(lastLine.lowerBound..<min(lastLine.upperBound, lastLine.lowerBound + offset))
        return Diagnostic(
            .error, message,
            at: SourceLocation(path: source.path, line: lastLineNumber, column: ByteScanning.scalars(in: before) + 1))
    }
}
