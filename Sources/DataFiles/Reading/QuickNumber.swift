/// Doubles of short decimal numbers, for comparisons that mostly need no more.
enum QuickNumber {
    /// The double, for numbers of which two different ones never share it: up to 15 digits, no exponent. Else nil.
    @inline(__always)
    static func exact(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard text.count <= 17, let first = text.first else { return nil }
        var (digits, scale, isFraction) = (0, 0, false)
        let isNegative = first == UInt8(ascii: "-")
        for byte in text.dropFirst(isNegative ? 1 : 0) {
            if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else if byte &- UInt8(ascii: "0") < 10 {
                digits = digits &* 10 &+ Int(byte &- UInt8(ascii: "0"))
                if isFraction { scale &+= 1 }
            } else {
                return nil
            }
        }
        guard digits < 1_000_000_000_000_000 else { return nil }
        let value = scale == 0 ? Double(digits) : Double(digits) / powers[scale]
        return isNegative ? -value : value
    }

    /// The nearest double; not a number where the text is none.
    @inline(__always)
    static func nearest(_ text: UnsafeBufferPointer<UInt8>) -> Double {
        exact(text) ?? Double(String(decoding: text, as: UTF8.self)) ?? .nan
    }

    private static let powers: [Double] = (0...17).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
