/// Reads a marker byte by byte: a plan takes ten thousand descriptions apart several times over.
///
/// What it accepts is exactly what `OwnershipMarker.text` writes, or an edited marker could pass for a whole one.
struct MarkerScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Where the first opening of a marker begins; nil where there is none.
    static func start(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let opening = MarkedDescription.openingBytes
        let first = opening.utf8Start.pointee
        guard bytes.count >= opening.utf8CodeUnitCount else { return nil }
        for index in 0...(bytes.count - opening.utf8CodeUnitCount)
        where bytes[index] == first && holds(opening, bytes, at: index) {
            return index
        }
        return nil
    }

    /// The marker that the bytes are; nil where they are anything else.
    static func marker(in bytes: UnsafeBufferPointer<UInt8>) -> OwnershipMarker? {
        var scanner = MarkerScanner(bytes)
        guard scanner.skip("[reconcile owner="), let owner = scanner.key(), scanner.skip(" key="),
            let key = scanner.key()
        else { return nil }
        var marker = OwnershipMarker(owner: owner, key: key, isProtected: scanner.skip(" protect"))
        if scanner.skip(" data=") {
            guard let version = scanner.number(), scanner.skip(":"), let digest = scanner.digest(),
                scanner.skip(" at="), let at = scanner.number()
            else { return nil }
            marker.data = DataStamp(version: version, digest: digest, at: at)
        }
        if scanner.skip(" def=") {
            guard let definition = scanner.definition() else { return nil }
            marker.definition = definition
        }
        return scanner.skip("]") && scanner.index == bytes.count ? marker : nil
    }

    private mutating func skip(_ word: StaticString) -> Bool {
        guard index + word.utf8CodeUnitCount <= bytes.count, Self.holds(word, bytes, at: index) else { return false }
        index += word.utf8CodeUnitCount
        return true
    }

    /// Whether that word stands there; all of it has room.
    private static func holds(_ word: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        for offset in 0..<word.utf8CodeUnitCount where bytes[index + offset] != word.utf8Start[offset] {
            return false
        }
        return true
    }

    /// The text up to the next blank or the end of the marker, where it is a key.
    private mutating func key() -> String? {
        let end = bytes[index...].firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "]") } ?? bytes.count
        let word = UnsafeBufferPointer(rebasing: bytes[index..<end])
        guard Self.isKey(word) else { return nil }
        index = end
        return String(decoding: word, as: UTF8.self)
    }

    /// A number as `Int` writes it.
    private mutating func number() -> Int? {
        var end = index
        if end < bytes.count, bytes[end] == UInt8(ascii: "-") { end += 1 }
        while end < bytes.count, bytes[end] &- UInt8(ascii: "0") < 10 { end += 1 }
        let text = String(decoding: bytes[index..<end], as: UTF8.self)
        guard let value = Int(text), String(value) == text else { return nil }
        index = end
        return value
    }

    private mutating func digest() -> String? {
        guard index + 32 <= bytes.count else { return nil }
        let text = String(decoding: bytes[index..<index + 32], as: UTF8.self)
        guard Digest128(text) != nil else { return nil }
        index += 32
        return text
    }

    /// One or two digests as `DefinitionDigest.text` writes them.
    private mutating func definition() -> DefinitionDigest? {
        guard let answered = halfDigest() else { return nil }
        guard skip("/") else { return DefinitionDigest(answered: answered) }
        guard let sent = halfDigest(), sent != answered else { return nil }
        return DefinitionDigest(answered: answered, sent: sent)
    }

    /// 16 lower-case hexadecimal digits.
    private mutating func halfDigest() -> String? {
        guard index + 16 <= bytes.count else { return nil }
        let digits = bytes[index..<index + 16]
        guard digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 || $0 &- UInt8(ascii: "a") < 6 }) else { return nil }
        index += 16
        return String(decoding: digits, as: UTF8.self)
    }

    /// Whether the bytes may be an owner or a key: `[a-z0-9][a-z0-9._-]{0,62}`.
    static func isKey(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard (1...63).contains(bytes.count), isAlphanumeric(bytes[0]) else { return false }
        for byte in bytes where !isAlphanumeric(byte) {
            switch byte {
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): continue
            default: return false
            }
        }
        return true
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
    }
}
