import JSON
import Model
import Platform

/// One column of a profile while rows are read.
struct ProfiledColumn {
    let name: [UInt8]
    private var count = 0
    private var kinds = ColumnMemory.Kinds()
    /// What texts could be, too: true until one is not.
    private var mayBeNumber = true
    private var mayBeBoolean = true
    private var mayBeJSON = true
    private var distinct = DistinctCount()
    private var texts = Extremes()
    private var numbers = NumberExtremes()
    private var longest = 0
    private var example: [UInt8]?
    /// All different values while they are few and short.
    private var values: [[UInt8]]? = []

    private static let maxValues = 8
    private static let shown = 40

    init(name: [UInt8]) {
        self.name = name
    }

    @inline(__always)
    mutating func add(_ text: UnsafeBufferPointer<UInt8>, _ kind: RecordBuffer.Kind) {
        if kind == .null || (kind == .string && text.isEmpty) { return }
        count += 1
        switch kind {
        case .string:
            kinds.insert(.string)
            if mayBeNumber, !Self.looksLikeNumber(text) { mayBeNumber = false }
            if mayBeBoolean, !Self.looksLikeBoolean(text) { mayBeBoolean = false }
            if mayBeJSON, !Self.looksLikeJSON(text) { mayBeJSON = false }
            if mayBeNumber { numbers.add(text) }
        case .number:
            kinds.insert(.number)
            mayBeBoolean = false
            mayBeJSON = false
            numbers.add(text)
        case .true, .false:
            kinds.insert(.boolean)
            mayBeNumber = false
            mayBeJSON = false
        case .container:
            kinds.insert(.container)
            mayBeNumber = false
            mayBeBoolean = false
        case .null: break
        }
        if !mayBeNumber || kind != .number { texts.add(text) }
        if text.count > longest { longest = max(longest, ByteScanning.scalars(in: text)) }
        if example == nil { example = Array(text.prefix(Self.shown * 4)) }
        if distinct.add(text), values != nil { note(text) }
    }

    private mutating func note(_ text: UnsafeBufferPointer<UInt8>) {
        guard var known = values else { return }
        if known.count == Self.maxValues || text.count > Self.shown {
            values = nil
        } else {
            known.append(Array(text))
            values = known
        }
    }

    /// A number as JSON writes it: `007` is a text.
    private static func looksLikeNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = text[0]
        return (first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") < 10) && JSONText.isNumber(text)
    }

    private static func looksLikeBoolean(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count == 4 || text.count == 5 else { return false }
        // In lower case, little-endian; "fals" has its e behind it.
        let word = UInt32(truncatingIfNeeded: ByteScanning.load(text.baseAddress.unsafelyUnwrapped)) | 0x2020_2020
        return text.count == 4 ? word == 0x6575_7274 : word == 0x736C_6166 && text[4] | 0x20 == UInt8(ascii: "e")
    }

    private static func looksLikeJSON(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = text.first { !JSONRecordScanner.isBlank($0) }
        guard first == UInt8(ascii: "[") || first == UInt8(ascii: "{") else { return false }
        return (try? JSONValue.parse(text)) != nil
    }

    func profile(rows: Int, isSensitive: Bool) -> DataProfile.Column {
        let isNumber = count > 0 && mayBeNumber && kinds.isSubset(of: [.number, .string])
        let type: String =
            if count == 0 {
                "empty"
            } else if kinds == .string {
                mayBeNumber ? "number" : mayBeBoolean ? "boolean" : mayBeJSON ? "json" : "string"
            } else {
                kinds.words
            }
        func shown(_ bytes: [UInt8]?) -> String? {
            guard let bytes, !isSensitive else { return nil }
            let text = String(decoding: bytes, as: UTF8.self)
            return text.count > Self.shown ? text.prefix(Self.shown) + "…" : text
        }
        let (number, isExact) = distinct.estimate(atMost: count)
        return DataProfile.Column(
            name: String(decoding: name, as: UTF8.self), type: type, isTextOnly: kinds == .string, nulls: rows - count,
            distinct: number, isDistinctExact: isExact, min: shown(isNumber ? numbers.min?.text : texts.min),
            max: shown(isNumber ? numbers.max?.text : texts.max), longest: longest, example: shown(example),
            isSensitive: isSensitive,
            values: isSensitive
                ? nil : values?.map { String(decoding: $0, as: UTF8.self) }.sorted { $0.precedesByBytes($1) })
    }
}

/// The least and the greatest of texts, by their bytes; long ones are cut.
private struct Extremes {
    private(set) var min: [UInt8]?
    private(set) var max: [UInt8]?
    /// The first eight bytes of each, big-endian.
    private var low = UInt64.max
    private var high: UInt64 = 0

    private static let kept = 200

    @inline(__always)
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        let head = Self.head(text)
        if head <= low || head >= high { compare(text, head) }
    }

    /// Bytes that are missing count as zeros.
    @inline(__always)
    private static func head(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        // Records are padded by more than a word.
        let word = ByteScanning.load(text.baseAddress.unsafelyUnwrapped).byteSwapped
        return text.count >= 8 ? word : text.isEmpty ? 0 : word & (~0 << UInt64(64 - 8 * text.count))
    }

    @inline(never)
    private mutating func compare(_ text: UnsafeBufferPointer<UInt8>, _ head: UInt64) {
        if min.map({ text.lexicographicallyPrecedes($0) }) ?? true {
            (min, low) = (Array(text.prefix(Self.kept)), head)
        }
        if max.map({ $0.lexicographicallyPrecedes(text) }) ?? true {
            (max, high) = (Array(text.prefix(Self.kept)), head)
        }
    }
}

/// The least and the greatest of numbers, exactly.
private struct NumberExtremes {
    struct Number {
        var text: [UInt8]
        var value: Double
    }

    private(set) var min: Number?
    private(set) var max: Number?

    @inline(__always)
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        let value = Self.value(text)
        // Where doubles cannot tell them apart the digits do.
        if let min, let max, value > min.value, value < max.value { return }
        compare(text, value)
    }

    @inline(never)
    private mutating func compare(_ text: UnsafeBufferPointer<UInt8>, _ value: Double) {
        let number = Number(text: Array(text.prefix(400)), value: value)
        func isBelow(_ left: Number, _ right: Number) -> Bool {
            left.value == right.value ? JSONNumber.compare(left.text, right.text) < 0 : left.value < right.value
        }
        if min.map({ isBelow(number, $0) }) ?? true { min = number }
        if max.map({ isBelow($0, number) }) ?? true { max = number }
    }

    /// The nearest double.
    @inline(__always)
    private static func value(_ text: UnsafeBufferPointer<UInt8>) -> Double {
        var (digits, scale, isFraction) = (0, 0, false)
        let isNegative = text[0] == UInt8(ascii: "-")
        for byte in text.dropFirst(isNegative ? 1 : 0) {
            if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else if byte &- UInt8(ascii: "0") < 10, digits < 100_000_000_000_000 {
                digits = digits &* 10 &+ Int(byte &- UInt8(ascii: "0"))
                if isFraction { scale &+= 1 }
            } else {
                return Double(String(decoding: text, as: UTF8.self)) ?? .nan
            }
        }
        let value = scale == 0 ? Double(digits) : Double(digits) / powers[scale]
        return isNegative ? -value : value
    }

    private static let powers: [Double] = (0...16).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
