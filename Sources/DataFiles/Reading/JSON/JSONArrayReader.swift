import JSON
import Model

/// Reads one array of objects, one object in memory at a time.
///
/// A syntax error ends the file: where the next record would begin is then a guess.
final class JSONArrayReader: RecordReader {
    private enum Place { case start, first, behindRecord, behindComma, behindArray }

    private var source: RecordSource
    private var place = Place.start
    /// The record that was read last and where it began, while it is in the window.
    private var lastRecord = 0..<0
    private var lastLocation = SourceLocation(path: "", line: 1)

    init(_ source: consuming RecordSource) {
        self.source = source
    }

    var bytesRead: Int { source.window.bytesRead }
    func stamp() throws(DataProblems) -> FileStamp { try source.stamp() }

    func seek(to offset: Int, line: Int) throws(DataProblems) {
        try source.seek(to: offset, line: line)
        place = .behindComma
    }

    func next(into record: inout RecordBuffer) -> Bool {
        while let byte = nextByte() {
            switch (place, byte) {
            case (.start, UInt8(ascii: "[")): step(to: .first)
            case (.first, UInt8(ascii: "]")), (.behindRecord, UInt8(ascii: "]")): step(to: .behindArray)
            case (.behindRecord, UInt8(ascii: ",")): step(to: .behindComma)
            case (.first, UInt8(ascii: "{")), (.behindComma, UInt8(ascii: "{")):
                if readObject(into: &record) {
                    place = .behindRecord
                    return true
                }
            default: refuse(byte)
            }
        }
        if !source.isDone, place != .behindArray {
            source.problem(
                place == .start ? "the file ends where an array of objects should begin" : "the array is never closed")
            source.stop()
        }
        return false
    }

    private func step(to next: Place) {
        source.consume(to: source.window.start + 1)
        place = next
    }

    private func refuse(_ byte: UInt8) {
        let isObject = byte == UInt8(ascii: "{")
        switch place {
        case .start:
            source.problem(
                "the file is not an array; a JSON data file is one array of objects",
                help: isObject
                    ? "where the rows are an array inside of it, write that array alone to the file (jq .MEMBER FILE); a "
                        + "file of one object a line has a name that ends in .ndjson or .jsonl" : nil)
        case .first, .behindComma:
            source.problem(
                byte == UInt8(ascii: "]") ? "a comma before the end of the array" : "every record must be an object")
        case .behindRecord: source.problem("a comma or ] is expected between records")
        case .behindArray: source.problem("unexpected text after the array")
        }
        source.stop()
    }

    /// The next byte that is no blank, not consumed; nil at the end.
    private func nextByte() -> UInt8? {
        while !source.isDone {
            var offset = source.window.start
            let base = UnsafePointer(source.window.base)
            let end = source.window.end
            while offset < end, JSONRecordScanner.isBlank(base[offset]) { offset += 1 }
            source.consume(to: offset)
            if offset < end { return base[offset] }
            if !source.fill() { return nil }
        }
        return nil
    }

    private func readObject(into record: inout RecordBuffer) -> Bool {
        while !source.isDone {
            let start = source.window.start
            var scanner = JSONRecordScanner(
                UnsafePointer(source.window.base), from: start, end: source.window.end,
                isFinal: source.window.isAtEnd)
            record.begin()
            record.line = source.line
            switch scanner.object(into: &record) {
            case .complete:
                lastRecord = start..<scanner.offset
                record.offset = source.window.fileOffset(of: start)
                lastLocation = source.location(of: start)
                source.consume(to: scanner.offset)
                return true
            case .needMore:
                record.rewind()
                _ = source.fill()
            case .malformed:
                record.rewind()
                report(from: start)
                source.stop()
            }
        }
        return false
    }

    private func report(from start: Int) {
        do throws(JSONError) {
            _ = try JSONValue.parse(source.window.bytes(start..<source.window.end))
            source.problem("this record is not valid JSON")
        } catch {
            let fault = JSONFault(error, in: source.window.bytes(start..<source.window.end))
            source.problem(fault.message, at: start + error.offset, help: fault.help)
        }
    }

    func duplicateName() -> Diagnostic {
        do throws(JSONError) {
            _ = try JSONValue.parse(source.window.bytes(lastRecord))
            return Diagnostic(.error, "a key occurs twice in one object", at: lastLocation)
        } catch {
            let before = source.window.bytes(lastRecord.lowerBound..<lastRecord.lowerBound + error.offset)
            var location = lastLocation
            if let lineFeed = before.lastIndex(of: 0x0A) {
                location.line += ByteScanning.lineFeeds(in: before)
                location.column = 1 + ByteScanning.scalars(in: UnsafeBufferPointer(rebasing: before[(lineFeed + 1)...]))
            } else {
                location.column += ByteScanning.scalars(in: before)
            }
            return Diagnostic(.error, error.message, at: location)
        }
    }
}
