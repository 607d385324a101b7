/// Pieces of JSON text: strings written, numbers brought into normal form.
package enum JSONText {
    /// Appends a quoted string; control characters, quotes and backslashes are escaped, all else stays UTF-8.
    package static func writeString(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 { writeEscaped(byte, to: &out) }
        out.append(UInt8(ascii: "\""))
    }

    /// Appends one byte of a string's contents, escaped where JSON asks for it.
    package static func writeEscaped(_ byte: UInt8, to out: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            out.append(UInt8(ascii: "\\"))
            out.append(byte)
        case 0x0A: out.append(contentsOf: "\\n".utf8)
        case 0x0D: out.append(contentsOf: "\\r".utf8)
        case 0x09: out.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            out.append(contentsOf: "\\u00".utf8)
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        default: out.append(byte)
        }
    }

    /// The normal form of a valid JSON number: `1`, `1.0`, `10e-1` and `0.1E1` all become `1`.
    ///
    /// Shape: `[-]digits` without trailing zeros, then `e<exponent>` where the exponent is not zero. Exponents are
    /// never expanded, so `1e999999999` stays small. `-0` is `0`. An exponent of more than 18 digits is kept as
    /// written after the digits, so such numbers compare by their text.
    package static func normalNumber(_ text: String) -> String {
        var mantissa: [UInt8] = []
        var scale = 0
        var isNegative = false
        var seenPoint = false
        var exponentText: Substring = ""
        for (offset, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): seenPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponentText = text[text.utf8.index(text.startIndex, offsetBy: offset + 1)...]
            default:
                if seenPoint { scale -= 1 }
                if !(mantissa.isEmpty && byte == UInt8(ascii: "0")) { mantissa.append(byte) }
            }
            if !exponentText.isEmpty { break }
        }
        if mantissa.isEmpty { return "0" }
        while mantissa.last == UInt8(ascii: "0") {
            mantissa.removeLast()
            scale += 1
        }
        let sign = isNegative ? "-" : ""
        let digits = String(decoding: mantissa, as: UTF8.self)
        let isReadable = exponentText.utf8.count <= 18
        guard isReadable, let exponent = exponentText.isEmpty ? 0 : Int(exponentText) else {
            return "\(sign)\(digits)e\(scale)e\(exponentText)"
        }
        return scale + exponent == 0 ? sign + digits : "\(sign)\(digits)e\(scale + exponent)"
    }
}
