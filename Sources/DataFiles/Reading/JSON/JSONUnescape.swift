import JSON

/// Turns the contents of a JSON string, known to be valid, into the bytes that it means.
enum JSONUnescape {
    static func append(_ source: UnsafePointer<UInt8>, count length: Int, to out: inout ByteBuffer) {
        // No escape is shorter than what it stands for.
        out.reserve(length)
        var index = 0
        while index < length {
            let byte = source[index]
            if byte != UInt8(ascii: "\\") {
                out.append(byte)
                index += 1
                continue
            }
            let kind = source[index + 1]
            index += 2
            switch kind {
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = UInt32(JSONText.hexQuad(source + index) ?? 0)
                index += 4
                if scalar & 0xFC00 == 0xD800 {
                    let low = UInt32(JSONText.hexQuad(source + index + 2) ?? 0)
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
                    index += 6
                }
                out.append(UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}")!)
            default: out.append(kind)
            }
        }
    }
}

extension JSONUnescape {
    /// The bytes that the contents of a string mean.
    static func bytes(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        guard let start = text.baseAddress else { return [] }
        var out = ByteBuffer(capacity: text.count)
        append(start, count: text.count, to: &out)
        return Array(out.bytes)
    }
}
