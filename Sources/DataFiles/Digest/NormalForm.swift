import JSON
import Model

/// The bytes that a row's digest is taken over; the form is described at `RowDigester`.
struct NormalForm: ~Copyable {
    private var out = ByteBuffer()
    private var digits: [UInt8] = []

    mutating func begin() { out.count = 0 }

    /// Begins a row whose names have that digest.
    @inline(__always)
    mutating func begin(names: Digest128) {
        out.count = 16
        UnsafeMutableRawPointer(out.base).storeBytes(of: names.low.littleEndian, as: UInt64.self)
        UnsafeMutableRawPointer(out.base).storeBytes(of: names.high.littleEndian, toByteOffset: 8, as: UInt64.self)
    }

    func digest() -> Digest128 {
        var hash = SipHash128()
        hash.combine(bytes: UnsafeRawBufferPointer(out.bytes))
        return hash.finalize()
    }

    /// Tells values apart, most likely, where nothing depends on it: mixes eight bytes at a time (the finalizer of
    /// MurmurHash3, Appleby).
    func quickDigest() -> UInt32 {
        var hash = UInt64(truncatingIfNeeded: out.count) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset < out.count {
            var word = ByteScanning.load(out.base + offset)
            let left = out.count - offset
            if left < 8 { word &= (1 << UInt64(8 * left)) - 1 }
            hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash >> 32
            offset += 8
        }
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return UInt32(truncatingIfNeeded: hash >> 32)
    }

    /// The bytes that a primary key is compared by, alone in the buffer; answers how it is spelled.
    mutating func appendKey(
        _ value: UnsafePointer<UInt8>, count: Int, kind: RecordBuffer.Kind, isEscaped: Bool
    ) -> KeySpelling {
        if isEscaped {
            JSONUnescape.append(value, count: count, to: &out)
        } else {
            out.append(value, count: count)
        }
        let text = UnsafeBufferPointer(start: out.base, count: out.count)
        let isNumber = kind == .number
        if KeySpelling.isPlain(text, isNumber: isNumber) { return isNumber ? .plainNumber : .plainText }
        let spelling = KeySpelling(of: text, isNumber: isNumber)
        digits.removeAll(keepingCapacity: true)
        KeySpelling.appendMeaning(of: text, to: &digits)
        out.count = 0
        out.append(digits)
        return spelling
    }

    /// Appends a value. False where a key occurs twice in an object within it.
    @inline(__always)
    mutating func append(
        value: UnsafePointer<UInt8>, count valueCount: Int, kind: RecordBuffer.Kind, isEscaped: Bool
    ) -> Bool {
        out.reserve(valueCount + 16)
        switch kind {
        case .string:
            if isEscaped {
                appendEscaped(value, count: valueCount)
            } else {
                if valueCount < Self.longString {
                    out.base[out.count] = 0x80 | UInt8(truncatingIfNeeded: valueCount)
                    out.count += 1
                } else {
                    out.append(UInt8(ascii: "s"))
                    out.appendReserved(UInt32(truncatingIfNeeded: valueCount))
                }
                out.appendReserved(value, count: valueCount)
            }
        case .number:
            out.append(UInt8(ascii: "d"))
            appendFramed { $0.appendNumber(value, count: valueCount) }
        case .true: out.append(UInt8(ascii: "t"))
        case .false: out.append(UInt8(ascii: "f"))
        case .null: out.append(UInt8(ascii: "n"))
        case .container:
            var reader = CompactReader(text: value)
            return appendContainer(&reader)
        }
        return true
    }

    /// Strings of fewer bytes have their length in one byte.
    private static let longString = 128

    private mutating func appendEscaped(_ value: UnsafePointer<UInt8>, count: Int) {
        let place = out.count
        out.append(UInt8(ascii: "s"))
        appendFramed { JSONUnescape.append(value, count: count, to: &$0.out) }
        let length = out.count - place - 5
        if length >= Self.longString { return }
        out.base[place] = 0x80 | UInt8(truncatingIfNeeded: length)
        (out.base + place + 1).update(from: out.base + place + 5, count: length)
        out.count -= 4
    }

    private mutating func appendNumber(_ value: UnsafePointer<UInt8>, count: Int) {
        digits.removeAll(keepingCapacity: true)
        JSONText.appendNormalNumber(UnsafeBufferPointer(start: value, count: count), to: &digits)
        out.append(digits)
    }

    /// Appends what `body` appends, with its length before it.
    private mutating func appendFramed(_ body: (inout NormalForm) -> Void) {
        let place = out.count
        out.reserve(4)
        out.appendReserved(0 as UInt32)
        body(&self)
        set(UInt32(truncatingIfNeeded: out.count - place - 4), at: place)
    }

    private func set(_ integer: UInt32, at place: Int) {
        UnsafeMutableRawPointer(out.base + place).storeBytes(of: integer.littleEndian, as: UInt32.self)
    }

    /// Appends any value of compact, valid JSON.
    private mutating func appendValue(_ reader: inout CompactReader) -> Bool {
        switch reader.byte {
        case UInt8(ascii: "["), UInt8(ascii: "{"): return appendContainer(&reader)
        case UInt8(ascii: "\""):
            let text = reader.string()
            appendEscaped(text.start, count: text.count)
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
            out.append(reader.byte)
            _ = reader.word()
        default:
            let text = reader.word()
            out.append(UInt8(ascii: "d"))
            appendFramed { $0.appendNumber(text.start, count: text.count) }
        }
        return true
    }

    private mutating func appendContainer(_ reader: inout CompactReader) -> Bool {
        let isObject = reader.byte == UInt8(ascii: "{")
        let closing = UInt8(ascii: isObject ? "}" : "]")
        out.append(reader.byte)
        let place = out.count
        out.reserve(4)
        out.appendReserved(0 as UInt32)
        reader.offset += 1
        var members: [Member] = []
        var count: UInt32 = 0
        while reader.byte != closing {
            if reader.byte == UInt8(ascii: ",") { reader.offset += 1 }
            var member = Member(start: out.count, nameCount: 0, end: 0)
            if isObject {
                let name = reader.string()
                appendFramed { JSONUnescape.append(name.start, count: name.count, to: &$0.out) }
                member.nameCount = out.count - member.start - 4
                reader.offset += 1
            }
            if !appendValue(&reader) { return false }
            member.end = out.count
            count += 1
            if isObject { members.append(member) }
        }
        reader.offset += 1
        set(count, at: place)
        return sort(members, from: place + 4)
    }

    /// A member of a nested object in `out`.
    private struct Member {
        var start: Int
        var nameCount: Int
        var end: Int
    }

    /// Sorts the members that were appended; false where two names are equal.
    private mutating func sort(_ members: [Member], from place: Int) -> Bool {
        guard members.count > 1 else { return true }
        let written = Array(out.bytes[place...])
        func name(_ member: Member) -> ArraySlice<UInt8> {
            written[(member.start + 4 - place)..<(member.start + 4 - place + member.nameCount)]
        }
        let sorted = members.sorted { name($0).lexicographicallyPrecedes(name($1)) }
        out.count = place
        for (index, member) in sorted.enumerated() {
            if index > 0, name(sorted[index - 1]) == name(member) { return false }
            out.append(written[(member.start - place)..<(member.end - place)])
        }
        return true
    }
}

/// Walks over JSON that is known to be valid and has no blanks.
private struct CompactReader {
    let text: UnsafePointer<UInt8>
    var offset = 0

    init(text: UnsafePointer<UInt8>) {
        self.text = text
    }

    var byte: UInt8 { text[offset] }

    /// The contents of a string, escapes as they stand.
    mutating func string() -> (start: UnsafePointer<UInt8>, count: Int) {
        let start = offset + 1
        offset = start
        while byte != UInt8(ascii: "\"") { offset += byte == UInt8(ascii: "\\") ? 2 : 1 }
        offset += 1
        return (text + start, offset - 1 - start)
    }

    /// A number, true, false or null.
    mutating func word() -> (start: UnsafePointer<UInt8>, count: Int) {
        let start = offset
        while byte != UInt8(ascii: ","), byte != UInt8(ascii: "]"), byte != UInt8(ascii: "}") { offset += 1 }
        return (text + start, offset - start)
    }
}
