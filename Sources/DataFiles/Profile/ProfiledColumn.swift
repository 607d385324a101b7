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
    private var texts = TextExtremes()
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
            numbers.add(text)
        case .true, .false: kinds.insert(.boolean)
        case .container: kinds.insert(.container)
        case .null: break
        }
        // Numbers too: a column that turns out to be mixed is told by its texts, whichever kind came first.
        texts.add(text)
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
