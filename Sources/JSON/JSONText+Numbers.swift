extension JSONText {
    /// Whether the bytes are one JSON number by RFC 8259, with nothing before or behind it.
    package static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        let count = text.count
        func digits() -> Bool {
            let start = index
            while index < count, text[index] &- UInt8(ascii: "0") < 10 { index += 1 }
            return index > start
        }
        if index < count, text[index] == UInt8(ascii: "-") { index += 1 }
        let isZero = index < count && text[index] == UInt8(ascii: "0")
        if isZero { index += 1 } else if !digits() { return false }
        if index < count, text[index] == UInt8(ascii: ".") {
            index += 1
            if !digits() { return false }
        }
        if index < count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            if !digits() { return false }
        }
        return index == count
    }

    /// The normal form of a valid JSON number: `1`, `1.0`, `10e-1` and `0.1E1` all become `1`.
    ///
    /// Shape: `[-]digits` without zeros at either end, then `e<exponent>` where the exponent is not zero. Exponents
    /// are never expanded, so `1e999999999` stays small. `-0` is `0`. An exponent of more than 18 digits is kept
    /// behind that of the digits, as `<digits>e<exponent>e<exponent as written>`: such numbers compare by their text.
    package static func normalNumber(_ text: String) -> String {
        var text = text
        var out: [UInt8] = []
        text.withUTF8 { appendNormalNumber($0, to: &out) }
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends the normal form of a valid JSON number; see `normalNumber(_:)`.
    package static func appendNormalNumber(_ text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        let start = out.count
        var index = 0
        if let first = text.first, first == UInt8(ascii: "-") {
            out.append(first)
            index = 1
        }
        let firstDigit = out.count
        var scale = 0
        var isFraction = false
        while index < text.count, text[index] | 0x20 != UInt8(ascii: "e") {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: ".") {
                isFraction = true
                continue
            }
            if isFraction { scale -= 1 }
            if out.count > firstDigit || byte != UInt8(ascii: "0") { out.append(byte) }
        }
        guard out.count > firstDigit else {
            out.removeLast(out.count - start)
            out.append(UInt8(ascii: "0"))
            return
        }
        while out.last == UInt8(ascii: "0") {
            out.removeLast()
            scale += 1
        }
        appendExponent(scale: scale, written: text[min(index + 1, text.count)...], to: &out)
    }

    private static func appendExponent(scale: Int, written: Slice<UnsafeBufferPointer<UInt8>>, to out: inout [UInt8]) {
        var digits = written
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        while digits.first == UInt8(ascii: "0") { digits.removeFirst() }
        guard digits.count <= 18 else {
            out.append(contentsOf: "e\(scale)e\(isNegative ? "-" : "")".utf8)
            out.append(contentsOf: digits)
            return
        }
        let magnitude = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        let exponent = scale + (isNegative ? -magnitude : magnitude)
        if exponent == 0 { return }
        out.append(UInt8(ascii: "e"))
        out.append(contentsOf: String(exponent).utf8)
    }
}

/// Numbers of JSON by their value, exactly, however long they are.
package enum JSONNumber {
    package static func isBelow(_ left: String, _ right: String) -> Bool {
        compare(Array(left.utf8), Array(right.utf8)) < 0
    }

    /// Below, at or above zero, as the left number is below, equal to or above the right one.
    package static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
        let (left, right) = (Decimal(left), Decimal(right))
        if left.sign != right.sign { return left.sign - right.sign }
        if left.sign == 0 { return 0 }
        return left.sign * left.compareMagnitude(to: right)
    }

    private struct Decimal {
        var sign: Int
        /// Without zeros at either end.
        var digits: ArraySlice<UInt8>
        /// Of the first digit.
        var order: Int

        init(_ text: [UInt8]) {
            var normal: [UInt8] = []
            text.withUnsafeBufferPointer { JSONText.appendNormalNumber($0, to: &normal) }
            let isNegative = normal.first == UInt8(ascii: "-")
            let magnitude = normal.dropFirst(isNegative ? 1 : 0)
            let mark = magnitude.firstIndex(of: UInt8(ascii: "e")) ?? magnitude.endIndex
            digits = magnitude[..<mark]
            let exponent = String(decoding: magnitude[mark...].dropFirst(), as: UTF8.self)
            // An exponent that no integer holds is beyond all that are held.
            let scale = exponent.isEmpty ? 0 : Int(exponent) ?? (exponent.contains("e-") ? .min / 2 : .max / 2)
            order = scale + digits.count
            let isZero = digits.allSatisfy { $0 == UInt8(ascii: "0") }
            sign = isZero ? 0 : isNegative ? -1 : 1
        }

        func compareMagnitude(to other: Decimal) -> Int {
            if order != other.order { return order < other.order ? -1 : 1 }
            if digits.elementsEqual(other.digits) { return 0 }
            return digits.lexicographicallyPrecedes(other.digits) ? -1 : 1
        }
    }
}
