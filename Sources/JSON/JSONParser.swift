/// Why a text is no JSON: what is wrong, and the byte offset at which it was noticed.
package struct JSONError: Error, Sendable, Hashable {
    package let message: String
    package let offset: Int
    /// Whether nothing is wrong but its size.
    package var isTooLarge = false
}

extension JSONValue {
    /// Parses one document by RFC 8259, strictly.
    ///
    /// Errors: `JSONError` for bad syntax, bytes that are no UTF-8, lone surrogates, a key that occurs twice in an
    /// object, nesting deeper than `maxDepth`, more values than `maxValues`, and anything but blanks after the
    /// document.
    package static func parse(
        _ bytes: some Collection<UInt8>, maxDepth: Int = 128, maxValues: Int = .max
    ) throws(JSONError) -> JSONValue {
        let outcome: Result<JSONValue, JSONError>? = bytes.withContiguousStorageIfAvailable { buffer in
            parse(buffer: UnsafeBufferPointer(rebasing: buffer[...]), maxDepth: maxDepth, maxValues: maxValues)
        }
        if let outcome { return try outcome.get() }
        let copy = Array(bytes)
        return try copy.withUnsafeBufferPointer { parse(buffer: $0, maxDepth: maxDepth, maxValues: maxValues) }
            .get()
    }

    private static func parse(
        buffer: UnsafeBufferPointer<UInt8>, maxDepth: Int, maxValues: Int
    ) -> Result<JSONValue, JSONError> {
        var parser = JSONParser(buffer: buffer, maxDepth: maxDepth, maxValues: maxValues)
        do throws(JSONError) {
            return .success(try parser.document())
        } catch {
            return .failure(error)
        }
    }
}

/// A recursive-descent parser over bytes in place, bounded in depth.
struct JSONParser {
    private let buffer: UnsafeBufferPointer<UInt8>
    private let maxDepth: Int
    private var position = 0
    private var valuesLeft: Int

    init(buffer: UnsafeBufferPointer<UInt8>, maxDepth: Int, maxValues: Int = .max) {
        self.buffer = buffer
        self.maxDepth = maxDepth
        valuesLeft = maxValues
    }

    mutating func document() throws(JSONError) -> JSONValue {
        skipBlanks()
        let value = try value(depth: 0)
        skipBlanks()
        if position < buffer.count { throw error("unexpected text after the document") }
        return value
    }

    private func error(_ message: String) -> JSONError { JSONError(message: message, offset: position) }

    private var byte: UInt8? { position < buffer.count ? buffer[position] : nil }

    private mutating func skipBlanks() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        valuesLeft -= 1
        if valuesLeft < 0 {
            throw JSONError(message: "it holds more values than it may", offset: position, isTooLarge: true)
        }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(UInt8(ascii: "0")...UInt8(ascii: "9")), UInt8(ascii: "-"): return .number(try number())
        case nil: throw error("the document ends where a value is expected")
        default: throw error("unexpected character where a value is expected")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard byte == word.utf8Start[index] else { throw error("unexpected word") }
            position += 1
        }
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        if depth > maxDepth { throw error("nested deeper than \(maxDepth) levels") }
        position += 1
        var members: [JSONMember] = []
        var keys: Set<ByteString> = []
        skipBlanks()
        if byte == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            guard byte == UInt8(ascii: "\"") else { throw error("a member's name in double quotes is expected") }
            let keyStart = position
            let key = try string()
            // Comparing the last few is cheaper than hashing, and nearly all objects are small.
            let isRepeated =
                members.count < 8
                ? members.contains { $0.key.utf8.elementsEqual(key.utf8) } : keys.contains(ByteString(key))
            if isRepeated {
                throw JSONError(message: "the key \"\(key)\" occurs twice in one object", offset: keyStart)
            }
            skipBlanks()
            guard byte == UInt8(ascii: ":") else { throw error("a colon is expected after a member's name") }
            position += 1
            skipBlanks()
            members.append(JSONMember(key, try value(depth: depth + 1)))
            if members.count == 8 {
                keys = Set(members.map { ByteString($0.key) })
            } else if members.count > 8 {
                keys.insert(ByteString(key))
            }
            skipBlanks()
            switch byte {
            case UInt8(ascii: ","):
                position += 1
                skipBlanks()
            case UInt8(ascii: "}"):
                position += 1
                return .object(members)
            case nil: throw error("the document ends inside an object")
            default: throw error("a comma or } is expected")
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        if depth > maxDepth { throw error("nested deeper than \(maxDepth) levels") }
        position += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if byte == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            switch byte {
            case UInt8(ascii: ","):
                position += 1
                skipBlanks()
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements)
            case nil: throw error("the document ends inside an array")
            default: throw error("a comma or ] is expected")
            }
        }
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        if position == start { throw error("a digit is expected") }
    }

    private mutating func number() throws(JSONError) -> String {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "0") {
            position += 1
            if let byte, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                throw error("a number must not begin with 0")
            }
        } else {
            try digits()
        }
        if byte == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return String(decoding: buffer[start..<position], as: UTF8.self)
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if byte == UInt8(ascii: "\"") {
            let text = try text(buffer[start..<position], at: start)
            position += 1
            return text
        }
        var bytes = Array(buffer[start..<position])
        while true {
            switch byte {
            case nil: throw error("the document ends inside a string")
            case UInt8(ascii: "\""):
                let text = try text(bytes[...], at: start)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &bytes)
            case .some(let other) where other < 0x20: throw error("a control character must be escaped in a string")
            case .some(let other):
                bytes.append(other)
                position += 1
            }
        }
    }

    private func text(_ bytes: some Collection<UInt8>, at start: Int) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JSONError(message: "a string holds bytes that are not UTF-8", offset: start)
        }
        return text
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
        guard let byte else { throw error("the document ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try hexQuad()
            if (0xD800..<0xDC00).contains(scalar) {
                guard self.byte == UInt8(ascii: "\\"), position + 1 < buffer.count,
                    buffer[position + 1] == UInt8(ascii: "u")
                else { throw error("a lone surrogate in an escape") }
                position += 2
                let low = try hexQuad()
                guard (0xDC00..<0xE000).contains(low) else { throw error("a lone surrogate in an escape") }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let unicode = Unicode.Scalar(scalar) else { throw error("a lone surrogate in an escape") }
            bytes.append(contentsOf: UTF8.encode(unicode)!)
        default: throw error("an unknown escape in a string")
        }
    }

    private mutating func hexQuad() throws(JSONError) -> UInt32 {
        guard position + 4 <= buffer.count, let base = buffer.baseAddress,
            let unit = JSONText.hexQuad(base + position)
        else { throw error("four hexadecimal digits are expected") }
        position += 4
        return UInt32(unit)
    }
}

/// A string that equals another one where the bytes are the same.
///
/// `String` itself compares by canonical equivalence: two spellings of "é" are two keys to every other JSON reader.
private struct ByteString: Hashable {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: ByteString, right: ByteString) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
