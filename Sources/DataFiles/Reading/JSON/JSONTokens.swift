import JSON
import Model

/// Walks over a JSON document piece by piece, in bounded memory, and checks each.
struct JSONTokens: ~Copyable {
    var source: RecordSource
    /// What is read and not wanted.
    private var scratch = RecordBuffer(collectingFields: false)

    private static let maxDepth = 128

    init(_ source: consuming RecordSource) {
        self.source = source
    }

    /// The next byte that is no blank, not consumed; nil at the end.
    mutating func next() -> UInt8? {
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

    /// Steps over one byte.
    mutating func consume() { source.consume(to: source.window.start + 1) }

    func scanner() -> JSONRecordScanner {
        JSONRecordScanner(
            UnsafePointer(source.window.base), from: source.window.start, end: source.window.end,
            isFinal: source.window.isAtEnd)
    }

    /// Reports an error where the next byte stands, and gives the file up. Always false.
    mutating func fail(_ message: String, help: String? = nil) -> Bool {
        source.problem(message, help: help)
        source.stop()
        return false
    }

    /// Reads a member's name and the colon behind it; nil where there is none, which was reported.
    mutating func name() -> String? {
        var isEscaped = false
        guard scan({ $0.memberName(into: &$1, isEscaped: &isEscaped) }, isMember: true) else { return nil }
        let text = UnsafeBufferPointer(start: scratch.text, count: scratch.count - 1)
        guard case .string(let name)? = try? JSONValue.parse(text) else { return nil }
        return name
    }

    /// Steps over a value of any size; false where it is none, which was reported.
    mutating func skipValue() -> Bool {
        var closers: [UInt8] = []
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if closers.count == Self.maxDepth { return fail("values are nested more than \(Self.maxDepth) deep") }
                consume()
                closers.append(byte == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]"))
                // An empty one has no element.
                if next() == closers.last {
                    if !close(&closers) { return !source.isDone }
                    continue
                }
            default:
                var (kind, isEscaped) = (RecordBuffer.Kind.null, false)
                guard scan({ $0.value(into: &$1, kind: &kind, isEscaped: &isEscaped) }, isMember: false) else {
                    return false
                }
                if !close(&closers, isBehindElement: true) { return !source.isDone }
                continue
            }
            if closers.last == UInt8(ascii: "}"), !memberBegins() { return false }
        }
        return source.isDone ? false : fail("the file ends within a value")
    }

    private mutating func memberBegins() -> Bool {
        guard next() == UInt8(ascii: "\"") else { return fail("the name of a member is expected here") }
        return name() != nil
    }

    /// Closes what ends here and steps to the next element; false where the whole value has ended, or was reported.
    private mutating func close(_ closers: inout [UInt8], isBehindElement: Bool = false) -> Bool {
        while let closer = closers.last {
            guard let byte = next() else { return fail("the file ends within a value") }
            if byte == closer {
                consume()
                closers.removeLast()
            } else if byte == UInt8(ascii: ",") {
                consume()
                return closer == UInt8(ascii: "}") ? memberBegins() : true
            } else {
                return fail("a comma or a closing bracket is expected here")
            }
        }
        return false
    }

    /// Scans one piece, which is in `scratch` then, reading on where needed.
    private mutating func scan(
        _ piece: (inout JSONRecordScanner, inout RecordBuffer) -> JSONRecordScanner.Outcome, isMember: Bool
    ) -> Bool {
        while !source.isDone {
            let start = source.window.start
            var scanner = scanner()
            scratch.clear()
            scratch.begin()
            switch piece(&scanner, &scratch) {
            case .complete:
                source.consume(to: scanner.offset)
                return true
            case .needMore: _ = source.fill()
            case .malformed: report(from: start, isMember: isMember)
            }
        }
        return false
    }

    /// Reports what is wrong with the value that begins there, and gives the file up.
    ///
    /// - Parameter isMember: Whether a name and a colon stand before it.
    mutating func report(from start: Int, isMember: Bool) {
        let bytes = source.window.bytes(start..<source.window.end)
        // As the member of an object it is a document.
        let text = isMember ? Array("{".utf8) + bytes + Array("}".utf8) : Array(bytes)
        do throws(JSONError) {
            _ = try JSONValue.parse(text)
            source.problem(isMember ? "the value of this member is not an object" : "this record is not valid JSON")
        } catch {
            let fault = text.withUnsafeBufferPointer { JSONFault(error, in: $0) }
            source.problem(
                fault.message, at: start + min(max(0, error.offset - (isMember ? 1 : 0)), bytes.count), help: fault.help
            )
        }
        source.stop()
    }

    /// The first member, of those that are in memory, whose value is an array of objects; nil where none is seen.
    func memberWithArray() -> String? {
        let bytes = source.window.bytes(source.window.start..<source.window.end)
        var depth = 0
        var (isString, isEscaped, start) = (false, false, 0)
        var name: String?
        for (index, byte) in bytes.enumerated() {
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                    if depth == 1 { name = String(decoding: bytes[start..<index], as: UTF8.self) }
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): (isString, start) = (true, index + 1)
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "["):
                let next = bytes[(index + 1)...].first { !JSONRecordScanner.isBlank($0) }
                if depth == 1, next == UInt8(ascii: "{") { return name }
                depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return nil
    }
}
