/// What scalars mean by the core schema of YAML 1.2 (chapter 10.3): `no` is a string, `0o17` is fifteen.
enum CoreValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// Decimal digits with an optional minus, valid JSON.
    case integer(String)
    /// Valid JSON: as written where that is valid, otherwise the same number written so.
    case float(String)
    /// `.inf` or `.nan`, which JSON cannot say.
    case notFinite
    case string(String)
}

extension YAMLScalar {
    var isNull: Bool {
        guard text.utf8.count <= 4, tag == .null || (tag == .none && style == .plain) else { return false }
        switch text {
        case "", "~", "null", "Null", "NULL": return true
        default: return false
        }
    }

    /// The meaning: of a plain scalar by its looks, of a quoted one a string, of a tagged one by its tag.
    var value: CoreValue {
        switch tag {
        case .string: .string(text)
        case .none where style != .plain: .string(text)
        default: CoreSchema.resolve(text)
        }
    }
}

enum CoreSchema {
    /// Digits of a hexadecimal or octal number beyond which it is taken for a mistake.
    static let maxRadixDigits = 64

    static func resolve(_ text: String) -> CoreValue {
        // Nearly every scalar is a word; what begins like one of these cannot be.
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "~"):
            return ["null", "Null", "NULL", "~"].contains(text) ? .null : .string(text)
        case UInt8(ascii: "t"), UInt8(ascii: "T"):
            return ["true", "True", "TRUE"].contains(text) ? .bool(true) : .string(text)
        case UInt8(ascii: "f"), UInt8(ascii: "F"):
            return ["false", "False", "FALSE"].contains(text) ? .bool(false) : .string(text)
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return number(text) ?? .string(text)
        default: return .string(text)
        }
    }

    private static func number(_ text: String) -> CoreValue? {
        if text.hasPrefix("0x") { return integer(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return integer(text.dropFirst(2), radix: 8) }
        // Nearly every number is a whole one and stands as it is.
        if text.utf8.first != UInt8(ascii: "0"), text.utf8.allSatisfy(\.isASCIIDigit) { return .integer(text) }
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        switch String(Substring(rest)) {
        case ".inf", ".Inf", ".INF": return .notFinite
        case ".nan", ".NaN", ".NAN": return rest.count == text.utf8.count ? .notFinite : nil
        default: break
        }
        let whole = rest.prefix { $0.isASCIIDigit }
        rest = rest.dropFirst(whole.count)
        var digits = Substring(whole)[...]
        while digits.utf8.count > 1, digits.utf8.first == UInt8(ascii: "0") { digits.removeFirst() }
        let sign = isNegative ? "-" : ""
        if rest.isEmpty { return whole.isEmpty ? nil : .integer(sign + digits) }

        var fraction: Substring?
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            let found = rest.prefix { $0.isASCIIDigit }
            fraction = Substring(found)
            rest = rest.dropFirst(found.count)
        }
        if whole.isEmpty, fraction?.isEmpty != false { return nil }
        var exponent = ""
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            exponent = String(Substring(rest))
            rest.removeFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
            guard !rest.isEmpty, rest.allSatisfy(\.isASCIIDigit) else { return nil }
            rest = rest[rest.endIndex...]
        }
        guard rest.isEmpty else { return nil }
        let point = fraction.map { "." + ($0.isEmpty ? "0" : $0) } ?? ""
        return .float(sign + (digits.isEmpty ? "0" : digits) + point + exponent)
    }

    /// Exact, however many digits.
    private static func integer(_ digits: Substring, radix: Int) -> CoreValue? {
        guard !digits.isEmpty, digits.utf8.count <= maxRadixDigits else { return nil }
        // Decimal digits, the lowest first.
        var decimal: [Int] = [0]
        for character in digits {
            guard let digit = character.hexDigitValue, character.isASCII, digit < radix else { return nil }
            var carry = digit
            for index in decimal.indices {
                carry += decimal[index] * radix
                decimal[index] = carry % 10
                carry /= 10
            }
            while carry > 0 {
                decimal.append(carry % 10)
                carry /= 10
            }
        }
        return .integer(decimal.reversed().map(String.init).joined())
    }
}
