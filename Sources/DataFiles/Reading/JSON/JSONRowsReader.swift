import JSON
import Model

/// Reads the rows of a JSON document, one object in memory at a time: an array of objects, or an object of them by key,
/// at the top or where the layout says.
///
/// A syntax error ends the file: where the next record would begin is then a guess.
final class JSONRowsReader: RecordReader {
    private enum Place { case start, first, behindRecord, behindComma, behindRows, behindDocument }

    private var tokens: JSONTokens
    private let layout: JSONLayout
    private let mayBeEmpty: Bool
    private var place = Place.start
    /// The record that was read last and where it began, while it is in the window.
    private var lastRecord = 0..<0
    private var lastLocation = SourceLocation(path: "", line: 1)

    /// - Parameter mayBeEmpty: Whether a file without a byte has no rows, rather than being none.
    init(_ source: consuming RecordSource, layout: JSONLayout, mayBeEmpty: Bool) {
        tokens = JSONTokens(source)
        self.layout = layout
        self.mayBeEmpty = mayBeEmpty
    }

    func hasRead(_ size: Int) -> Bool { tokens.source.window.hasRead(size) }
    func stamp() throws(DataProblems) -> FileStamp { try tokens.source.stamp() }

    func seek(to offset: Int, line: Int) throws(DataProblems) {
        try tokens.source.seek(to: offset, line: line)
        place = .behindComma
    }

    private var opening: UInt8 { UInt8(ascii: layout.key == nil ? "[" : "{") }
    private var closing: UInt8 { UInt8(ascii: layout.key == nil ? "]" : "}") }
    private var beginning: UInt8 { UInt8(ascii: layout.key == nil ? "{" : "\"") }

    func next(into record: inout RecordBuffer) -> Bool {
        if place == .start, !findRows() { return false }
        while let byte = tokens.next() {
            switch (place, byte) {
            case (.first, closing), (.behindRecord, closing):
                tokens.consume()
                place = .behindRows
                if !finishDocument() { return false }
            case (.behindRecord, UInt8(ascii: ",")):
                tokens.consume()
                place = .behindComma
            case (.first, beginning), (.behindComma, beginning):
                if readObject(into: &record) {
                    place = .behindRecord
                    return true
                }
            default: refuse(byte)
            }
        }
        if !tokens.source.isDone, place != .behindDocument {
            tokens.source.problem(
                layout.key == nil ? "the array is never closed" : "the object of rows is never closed")
            tokens.source.stop()
        }
        return false
    }

    // MARK: - Around the rows

    /// Goes to behind the bracket that opens the rows; false where there are none.
    private func findRows() -> Bool {
        for (depth, name) in layout.records.enumerated() {
            let shown = layout.records[..<depth].joined(separator: ".")
            guard let byte = tokens.next() else { return endsEarly() }
            guard byte == UInt8(ascii: "{") else {
                return tokens.fail(
                    depth == 0 ? "the file is not an object" : "\"\(shown)\" is not an object",
                    help: depth == 0 && byte == UInt8(ascii: "[")
                        ? "its rows are at the top: leave json.records out"
                        : "json.records says that the rows are at \"\(layout.path)\"")
            }
            tokens.consume()
            if !find(name, in: shown) { return false }
        }
        guard let byte = tokens.next() else { return endsEarly() }
        guard byte == opening else { return refuseRows(byte) }
        tokens.consume()
        place = .first
        return true
    }

    private func endsEarly() -> Bool {
        if tokens.source.isDone { return false }
        if mayBeEmpty, tokens.source.window.bytesRead == 0 {
            tokens.source.stop()
            place = .behindDocument
            return false
        }
        return tokens.fail(
            "the file ends where \(layout.key == nil ? "an array of objects" : "an object of rows") should begin")
    }

    /// Goes through members to the value of that name.
    private func find(_ name: String, in shown: String) -> Bool {
        var known: [String] = []
        while tokens.next() == UInt8(ascii: "\"") {
            guard let found = tokens.name() else { return false }
            if found.isSameBytes(as: name) { return true }
            if known.count < 20 { known.append(found) }
            if !tokens.skipValue() { return false }
            guard let byte = tokens.next() else { break }
            if byte == UInt8(ascii: ",") {
                tokens.consume()
            } else if byte != UInt8(ascii: "}") {
                return tokens.fail("a comma or } is expected behind a member")
            }
        }
        if tokens.source.isDone { return false }
        return tokens.fail(
            "there is no member \"\(name)\"\(shown.isEmpty ? "" : " in \"\(shown)\"")",
            help: "json.records says that the rows are at \"\(layout.path)\""
                + (known.isEmpty ? "" : "; \(NearestName.help(for: name, among: known, kind: "members"))"))
    }

    private func refuseRows(_ byte: UInt8) -> Bool {
        let isObject = byte == UInt8(ascii: "{")
        if layout.key != nil {
            return tokens.fail(
                "json.key is for rows that are members of an object, and here is none",
                help: byte == UInt8(ascii: "[") ? "leave json.key out: the rows are an array" : nil)
        }
        if !layout.records.isEmpty {
            return tokens.fail(
                "\"\(layout.path)\" is not an array of objects",
                help: isObject
                    ? "where its members are the rows, declare json: {records: \(layout.path), key: NAME}" : nil)
        }
        let member = tokens.memberWithArray()
        return tokens.fail(
            "the file is not an array; a JSON data file is one array of objects",
            help: !isObject
                ? nil
                : member.map { "declare where the rows are: json: {records: \($0)}" }
                    ?? "where the rows are an array inside of it, declare json: {records: MEMBER}, and where its members are "
                    + "the rows, json: {key: NAME}; a file of one object a line has a name that ends in .ndjson or .jsonl"
        )
    }

    /// Reads what stands behind the rows: it must be well-formed, and have no second place of rows.
    private func finishDocument() -> Bool {
        for name in layout.records.reversed() {
            while true {
                guard let byte = tokens.next() else {
                    return tokens.source.isDone ? false : tokens.fail("an object around the rows is never closed")
                }
                tokens.consume()
                if byte == UInt8(ascii: "}") { break }
                guard byte == UInt8(ascii: ","), tokens.next() == UInt8(ascii: "\"") else {
                    return tokens.fail("a comma and a member, or }, is expected here")
                }
                guard let found = tokens.name() else { return false }
                if found.isSameBytes(as: name) { return tokens.fail("the member \"\(name)\" stands here twice") }
                if !tokens.skipValue() { return false }
            }
        }
        place = .behindDocument
        return true
    }

    private func refuse(_ byte: UInt8) {
        switch place {
        case .start, .first, .behindComma:
            let what = layout.key == nil ? "record" : "member"
            tokens.source.problem(
                byte == closing
                    ? "a comma before the end of the \(layout.key == nil ? "array" : "object")"
                    : "every \(what) must be an object")
        case .behindRecord:
            tokens.source.problem("a comma or \(layout.key == nil ? "]" : "}") is expected between records")
        case .behindRows, .behindDocument:
            tokens.source.problem(
                "unexpected text after the \(layout.records.isEmpty && layout.key == nil ? "array" : "document")")
        }
        tokens.source.stop()
    }

    // MARK: - Rows

    private func readObject(into record: inout RecordBuffer) -> Bool {
        while !tokens.source.isDone {
            let start = tokens.source.window.start
            var scanner = tokens.scanner()
            record.begin()
            record.line = tokens.source.line
            let outcome = layout.key.map { member(named: $0, &scanner, into: &record) } ?? scanner.object(into: &record)
            switch outcome {
            case .complete:
                lastRecord = start..<scanner.offset
                record.offset = tokens.source.window.fileOffset(of: start)
                lastLocation = tokens.source.location(of: start)
                tokens.source.consume(to: scanner.offset)
                return true
            case .needMore:
                record.rewind()
                _ = tokens.source.fill()
            case .malformed:
                record.rewind()
                tokens.report(from: start, isMember: layout.key != nil)
            }
        }
        return false
    }

    /// Copies the object of a member, with the member's name as one field more.
    private func member(
        named key: String, _ scanner: inout JSONRecordScanner, into record: inout RecordBuffer
    ) -> JSONRecordScanner.Outcome {
        var isEscaped = false
        let named = scanner.memberName(into: &record, isEscaped: &isEscaped)
        guard named == .complete else { return named }
        // Without the colon.
        let name = Array(UnsafeBufferPointer(start: record.text, count: record.count - 1))
        record.rewind()
        guard scanner.isAtObject else { return scanner.isAtEnd ? .needMore : .malformed }
        let copied = scanner.object(into: &record)
        guard copied == .complete else { return copied }
        record.bytes.count -= 1
        // Its brace alone is of an empty object; fields may not be collected.
        if record.count > 1 { record.bytes.append(UInt8(ascii: ",")) }
        var field: [UInt8] = []
        JSONText.writeString(key, to: &field)
        let start = UInt32(truncatingIfNeeded: record.count)
        record.bytes.append(field)
        record.bytes.append(UInt8(ascii: ":"))
        let value = UInt32(truncatingIfNeeded: record.count)
        record.bytes.append(name)
        record.bytes.append(UInt8(ascii: "}"))
        record.add(
            RecordBuffer.Field(
                nameStart: start + 1, nameEnd: value - 2, valueStart: value + 1,
                valueEnd: value + UInt32(truncatingIfNeeded: name.count) - 1, kind: .string,
                isNameEscaped: field.count != key.utf8.count + 2, isValueEscaped: isEscaped))
        return .complete
    }

    func duplicateName() -> Diagnostic {
        let bytes = tokens.source.window.bytes(lastRecord)
        let object = layout.key == nil ? bytes[...] : bytes[(bytes.firstIndex(of: UInt8(ascii: "{")) ?? 0)...]
        do throws(JSONError) {
            _ = try JSONValue.parse(object)
            return Diagnostic(
                .error,
                layout.key.map { "this row has a member \"\($0)\" itself, and json.key gives it one of that name" }
                    ?? "a key occurs twice in one object", at: lastLocation)
        } catch {
            let before = bytes[..<(object.startIndex + error.offset)]
            var location = lastLocation
            if let lineFeed = before.lastIndex(of: 0x0A) {
                location.line += ByteScanning.lineFeeds(in: UnsafeBufferPointer(rebasing: before))
                location.column = 1 + ByteScanning.scalars(in: UnsafeBufferPointer(rebasing: before[(lineFeed + 1)...]))
            } else {
                location.column += ByteScanning.scalars(in: UnsafeBufferPointer(rebasing: before))
            }
            return Diagnostic(.error, error.message, at: location)
        }
    }
}
