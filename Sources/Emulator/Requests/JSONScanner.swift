/// Walks over a JSON document in place, checking it, and says where its parts are. Nothing is copied.
struct JSONScanner {
    /// What is wrong, and the byte offset at which it was noticed.
    struct Malformed: Error {
        let message: String
        let offset: Int
    }

    enum Kind { case object, array, string, number, bool, null }

    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The kind of the value that begins at the next byte that is no blank.
    mutating func peekKind() throws(Malformed) -> Kind {
        skipBlanks()
        switch current {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw error("Expecting value")
        }
    }

    /// Goes over one value and returns where it stands.
    mutating func value(depth: Int = 0) throws(Malformed) -> Range<Int> {
        if depth > 128 { throw error("nested too deep") }
        let kind = try peekKind()
        let start = position
        switch kind {
        case .object: try object { (scanner, _) throws(Malformed) in _ = try scanner.value(depth: depth + 1) }
        case .array: try array { (scanner, _) throws(Malformed) in _ = try scanner.value(depth: depth + 1) }
        case .string: _ = try string()
        case .number: try number()
        case .bool: try word(current == UInt8(ascii: "t") ? "true" : "false")
        case .null: try word("null")
        }
        return start..<position
    }

    /// Goes over an object; `member` gets the place of each name, without quotes, and must go over the value.
    mutating func object(
        _ member: (inout JSONScanner, Range<Int>) throws(Malformed) -> Void
    ) throws(Malformed) {
        position += 1
        skipBlanks()
        if consume(UInt8(ascii: "}")) { return }
        while true {
            guard current == UInt8(ascii: "\"") else {
                throw error("Expecting property name enclosed in double quotes")
            }
            let name = try string()
            skipBlanks()
            guard consume(UInt8(ascii: ":")) else { throw error("Expecting ':' delimiter") }
            skipBlanks()
            try member(&self, name)
            skipBlanks()
            if consume(UInt8(ascii: "}")) { return }
            guard consume(UInt8(ascii: ",")) else { throw error("Expecting ',' delimiter") }
            skipBlanks()
        }
    }

    /// Goes over an array; `element` gets each index and must go over the element.
    mutating func array(_ element: (inout JSONScanner, Int) throws(Malformed) -> Void) throws(Malformed) {
        position += 1
        skipBlanks()
        if consume(UInt8(ascii: "]")) { return }
        var index = 0
        while true {
            try element(&self, index)
            index += 1
            skipBlanks()
            if consume(UInt8(ascii: "]")) { return }
            guard consume(UInt8(ascii: ",")) else { throw error("Expecting ',' delimiter") }
            skipBlanks()
        }
    }

    /// Refuses anything but blanks up to the end.
    mutating func end() throws(Malformed) {
        skipBlanks()
        if position < bytes.count { throw error("Extra data") }
    }

    private func error(_ message: String) -> Malformed { Malformed(message: message, offset: position) }

    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func consume(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func word(_ word: StaticString) throws(Malformed) {
        for index in 0..<word.utf8CodeUnitCount {
            guard consume(word.utf8Start[index]) else { throw error("Expecting value") }
        }
    }

    private mutating func digits() throws(Malformed) {
        let start = position
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
        if position == start { throw error("Expecting value") }
    }

    private mutating func number() throws(Malformed) {
        _ = consume(UInt8(ascii: "-"))
        if consume(UInt8(ascii: "0")) {
            if current >= 0x30, current <= 0x39 { throw error("Extra data") }
        } else {
            try digits()
        }
        if consume(UInt8(ascii: ".")) { try digits() }
        if consume(UInt8(ascii: "e")) || consume(UInt8(ascii: "E")) {
            if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
            try digits()
        }
    }

    /// Goes over a string and returns where its contents stand.
    private mutating func string() throws(Malformed) -> Range<Int> {
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return start..<position - 1
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw error("Invalid control character")
            case 0x80...: try sequence(byte)
            default: position += 1
            }
        }
        throw error("Unterminated string")
    }

    private mutating func escape() throws(Malformed) {
        position += 1
        let byte = current
        position += 1
        if byte == UInt8(ascii: "u") {
            for _ in 0..<4 {
                guard Character(Unicode.Scalar(current)).isHexDigit, current < 0x80 else {
                    throw error("Invalid \\uXXXX escape")
                }
                position += 1
            }
        } else if !"\"\\/bfnrt".utf8.contains(byte) {
            throw error("Invalid \\escape")
        }
    }

    /// Goes over one character of several bytes (Unicode, table 3-7).
    private mutating func sequence(_ first: UInt8) throws(Malformed) {
        let count: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: count = 2
        case 0xE0: (count, second) = (3, 0xA0...0xBF)
        case 0xED: (count, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: count = 3
        case 0xF0: (count, second) = (4, 0x90...0xBF)
        case 0xF4: (count, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: count = 4
        default: throw error("invalid UTF-8")
        }
        guard position + count <= bytes.count, second.contains(bytes[position + 1]),
            (2..<max(2, count)).allSatisfy({ bytes[position + $0] & 0xC0 == 0x80 })
        else { throw error("invalid UTF-8") }
        position += count
    }
}
