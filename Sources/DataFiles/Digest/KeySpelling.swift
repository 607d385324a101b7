import JSON
import Model

/// How a primary key is written, beside what it may mean.
///
/// Nobody published whether the service tells keys apart by their text as sent or by their value. So whatever either
/// reading might take for one key has one digest: a number, and each text that is written like one, by their value
/// (1, 1.0, "1", "1.0"), any other text by its bytes. Among those the spelling tells: two texts are one key only if
/// they are the same text; a number and a text, or two numbers, always are.
///
/// 24 bits: kind and text of the few keys that are not written plainly are digested into 23 of them. Texts of one value
/// alone are told apart by that, so that two of them collide is beyond what happens.
struct KeySpelling: Hashable {
    /// The lowest bit says that it is a number.
    let code: UInt32

    /// A text that stands for itself.
    static let plainText = KeySpelling(code: 0)
    /// A number that is written as its value is.
    static let plainNumber = KeySpelling(code: 1)

    init(code: UInt32) { self.code = code }

    /// Of a text, or a number, that is not plain.
    init(of text: UnsafeBufferPointer<UInt8>, isNumber: Bool) {
        var hash = SipHash128()
        hash.combine(bytes: UnsafeRawBufferPointer(text))
        let word = UInt32(truncatingIfNeeded: hash.finalize().low) & 0xFF_FFFE
        // Not one of the two plain ones.
        code = (word == 0 ? 2 : word) | (isNumber ? 1 : 0)
    }

    var isNumber: Bool { code & 1 != 0 }

    /// Up to so many digits a value is written out, zeros at its end too.
    private static let longest = 40

    /// Whether the bytes stand for themselves: an integer as everybody writes it, or a text that is not like a number.
    @inline(__always)
    static func isPlain(_ text: UnsafeBufferPointer<UInt8>, isNumber: Bool) -> Bool {
        guard let first = text.first else { return true }
        if !isNumber, first != UInt8(ascii: "-"), first &- UInt8(ascii: "0") > 9 { return true }
        return isPlainInteger(text) || (!isNumber && !JSONText.isNumber(text))
    }

    private static func isPlainInteger(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var digits = text[...]
        if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
        guard let first = digits.first, digits.count <= longest else { return false }
        if first == UInt8(ascii: "0") { return text.count == 1 }
        return digits.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
    }

    /// The value that a text written like a number has: an integer plainly where it is not too long, else the normal
    /// form of numbers.
    static func appendMeaning(of text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        JSONText.appendNormalNumber(text, to: &out)
        guard let mark = out.firstIndex(of: UInt8(ascii: "e")) else { return }
        let exponent = Int(String(decoding: out[(mark + 1)...], as: UTF8.self)) ?? 0
        let digitCount = mark - (out.first == UInt8(ascii: "-") ? 1 : 0)
        guard exponent > 0, exponent <= longest, digitCount + exponent <= longest else { return }
        out.removeSubrange(mark...)
        out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: exponent))
    }
}
