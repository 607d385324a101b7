import JSON

/// Checks one JSON object in place, strictly by RFC 8259, and copies it without its blanks.
///
/// It accepts what `JSONValue.parse` accepts, except that it does not look for keys that occur twice: the row's
/// digest needs the keys sorted anyway and finds them as neighbours. Nothing is allocated on the way.
struct JSONRecordScanner {
    enum Outcome { case complete, needMore, malformed }

    /// As in `JSONValue.parse`.
    private static let maxDepth = 128

    private let base: UnsafePointer<UInt8>
    private let end: Int
    private let isFinal: Bool
    private(set) var offset: Int

    /// The bytes behind `end` must be readable: 8 of them, the first a control character.
    init(_ base: UnsafePointer<UInt8>, from start: Int, end: Int, isFinal: Bool) {
        self.base = base
        self.end = end
        self.isFinal = isFinal
        offset = start
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    @inline(__always)
    mutating func skipBlanks() {
        while offset < end, Self.isBlank(base[offset]) { offset += 1 }
    }

    /// Copies the value that begins at `offset`, and says what it is. A number must not end with the bytes.
    mutating func value(
        into record: inout RecordBuffer, kind: inout RecordBuffer.Kind, isEscaped: inout Bool
    ) -> Outcome {
        value(into: &record, depth: 1, kind: &kind, isEscaped: &isEscaped) ?? .complete
    }

    /// Copies the name that begins at `offset`, in its quotes, and the colon behind it.
    mutating func memberName(into record: inout RecordBuffer, isEscaped: inout Bool) -> Outcome {
        name(into: &record, isEscaped: &isEscaped) ?? .complete
    }

    /// Copies the object that begins at `offset` to the record, with the places of its members.
    mutating func object(into record: inout RecordBuffer) -> Outcome {
        offset += 1
        record.bytes.append(UInt8(ascii: "{"))
        skipBlanks()
        if offset < end, base[offset] == UInt8(ascii: "}") { return close(&record) }
        while true {
            var field = RecordBuffer.Field(
                nameStart: UInt32(truncatingIfNeeded: record.count + 1), nameEnd: 0, valueStart: 0, valueEnd: 0,
                kind: .null, isNameEscaped: false, isValueEscaped: false)
            if let stop = name(into: &record, isEscaped: &field.isNameEscaped) { return stop }
            field.nameEnd = UInt32(truncatingIfNeeded: record.count - 2)
            field.valueStart = UInt32(truncatingIfNeeded: record.count)
            if let stop = value(into: &record, depth: 1, kind: &field.kind, isEscaped: &field.isValueEscaped) {
                return stop
            }
            field.valueEnd = UInt32(truncatingIfNeeded: record.count)
            if field.kind == .string {
                field.valueStart += 1
                field.valueEnd -= 1
            }
            record.add(field)
            skipBlanks()
            guard offset < end else { return atEnd }
            switch base[offset] {
            case UInt8(ascii: ","): separate(&record)
            case UInt8(ascii: "}"): return close(&record)
            default: return .malformed
            }
        }
    }

    /// Whether an object begins here.
    var isAtObject: Bool { offset < end && base[offset] == UInt8(ascii: "{") }
    /// Whether more must be read to tell what follows.
    var isAtEnd: Bool { offset >= end && !isFinal }

    private var atEnd: Outcome { isFinal ? .malformed : .needMore }

    private mutating func close(_ record: inout RecordBuffer) -> Outcome {
        record.bytes.append(base[offset])
        offset += 1
        return .complete
    }

    private mutating func separate(_ record: inout RecordBuffer) {
        record.bytes.append(UInt8(ascii: ","))
        offset += 1
        skipBlanks()
    }

    /// A member's name and its colon.
    @inline(__always)
    private mutating func name(into record: inout RecordBuffer, isEscaped: inout Bool) -> Outcome? {
        guard offset < end else { return atEnd }
        guard base[offset] == UInt8(ascii: "\"") else { return .malformed }
        if let stop = string(into: &record, isEscaped: &isEscaped) { return stop }
        skipBlanks()
        guard offset < end else { return atEnd }
        guard base[offset] == UInt8(ascii: ":") else { return .malformed }
        record.bytes.append(UInt8(ascii: ":"))
        offset += 1
        skipBlanks()
        return nil
    }

    private mutating func value(
        into record: inout RecordBuffer, depth: Int, kind: inout RecordBuffer.Kind, isEscaped: inout Bool
    ) -> Outcome? {
        guard offset < end else { return atEnd }
        switch base[offset] {
        case UInt8(ascii: "\""):
            kind = .string
            return string(into: &record, isEscaped: &isEscaped)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            kind = .number
            return number(into: &record)
        case UInt8(ascii: "t"):
            kind = .true
            return word("true", into: &record)
        case UInt8(ascii: "f"):
            kind = .false
            return word("false", into: &record)
        case UInt8(ascii: "n"):
            kind = .null
            return word("null", into: &record)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            kind = .container
            return container(into: &record, depth: depth)
        default: return .malformed
        }
    }

    private mutating func container(into record: inout RecordBuffer, depth: Int) -> Outcome? {
        if depth > Self.maxDepth { return .malformed }
        let isObject = base[offset] == UInt8(ascii: "{")
        let closing = UInt8(ascii: isObject ? "}" : "]")
        record.bytes.append(base[offset])
        offset += 1
        skipBlanks()
        guard offset < end else { return atEnd }
        if base[offset] == closing {
            _ = close(&record)
            return nil
        }
        while true {
            var isEscaped = false
            var kind = RecordBuffer.Kind.null
            if isObject, let stop = name(into: &record, isEscaped: &isEscaped) { return stop }
            if let stop = value(into: &record, depth: depth + 1, kind: &kind, isEscaped: &isEscaped) { return stop }
            skipBlanks()
            guard offset < end else { return atEnd }
            if base[offset] == closing {
                _ = close(&record)
                return nil
            }
            guard base[offset] == UInt8(ascii: ",") else { return .malformed }
            separate(&record)
        }
    }

    private mutating func word(_ word: StaticString, into record: inout RecordBuffer) -> Outcome? {
        for index in 0..<word.utf8CodeUnitCount {
            guard offset < end else { return atEnd }
            guard base[offset] == word.utf8Start[index] else { return .malformed }
            record.bytes.append(base[offset])
            offset += 1
        }
        return nil
    }

    private mutating func number(into record: inout RecordBuffer) -> Outcome? {
        let start = offset
        while offset < end, Self.isOfNumber(base[offset]) { offset += 1 }
        guard offset < end else { return atEnd }
        guard JSONText.isNumber(UnsafeBufferPointer(start: base + start, count: offset - start)) else {
            return .malformed
        }
        record.bytes.reserve(offset - start)
        record.bytes.appendReserved(base + start, count: offset - start)
        return nil
    }

    @inline(__always)
    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// Copies a string with its quotes and escapes as they stand.
    @inline(__always)
    private mutating func string(into record: inout RecordBuffer, isEscaped: inout Bool) -> Outcome? {
        let start = offset
        offset += 1
        var seen: UInt64 = 0
        while true {
            let word = ByteScanning.load(base + offset)
            let stops =
                ByteScanning.equal(word, UInt8(ascii: "\"")) | ByteScanning.equal(word, UInt8(ascii: "\\"))
                | ByteScanning.control(word)
            if stops == 0 {
                seen |= word
                offset += 8
                continue
            }
            seen |= word & ByteScanning.before(stops)
            offset += stops.trailingZeroBitCount >> 3
            guard offset < end else { return atEnd }
            if base[offset] == UInt8(ascii: "\"") { break }
            guard base[offset] == UInt8(ascii: "\\") else { return .malformed }
            isEscaped = true
            if let stop = escape() { return stop }
        }
        offset += 1
        let length = offset - start
        if seen & ByteScanning.highBits != 0,
            UTF8Check.firstInvalid(UnsafeBufferPointer(start: base + start, count: length)) != nil
        {
            return .malformed
        }
        record.bytes.reserve(length)
        record.bytes.appendReserved(base + start, count: length)
        return nil
    }

    /// Steps over one escape; both halves of a surrogate pair are one.
    private mutating func escape() -> Outcome? {
        guard offset + 1 < end else { return atEnd }
        switch base[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 2
            return nil
        case UInt8(ascii: "u"): break
        default: return .malformed
        }
        guard offset + 6 <= end else { return atEnd }
        guard let unit = JSONText.hexQuad(base + offset + 2) else { return .malformed }
        guard unit & 0xF800 == 0xD800 else {
            offset += 6
            return nil
        }
        guard unit < 0xDC00 else { return .malformed }
        guard offset + 12 <= end else { return atEnd }
        guard base[offset + 6] == UInt8(ascii: "\\"), base[offset + 7] == UInt8(ascii: "u"),
            let low = JSONText.hexQuad(base + offset + 8), low & 0xFC00 == 0xDC00
        else { return .malformed }
        offset += 12
        return nil
    }
}
