import Foundation
import JSON
import Model

/// How the journal is written: JSON lines, `{"sum":"<32 hex>","entry":{…}}`, the first entry a header.
///
/// A sum covers its entry and the sum before it, so that a line which is changed, lost or moved is noticed.
enum JournalFormat {
    static let name = "reconcile-state"
    /// Higher versions are refused. Optional fields may come without a new one.
    static let version = 1

    static let sumPrefix = Array("{\"sum\":\"".utf8)
    static let entryPrefix = Array("\",\"entry\":".utf8)
    /// Bytes of a line before its entry.
    static var prefixLength: Int { sumPrefix.count + 32 + entryPrefix.count }

    /// Appends the line of an entry to `out` and returns its sum.
    static func append(_ entry: [UInt8], after previous: Digest128, to out: inout [UInt8]) -> Digest128 {
        let sum = entry.withUnsafeBytes { self.sum(of: $0, after: previous) }
        out += sumPrefix
        out += sum.description.utf8
        out += entryPrefix
        out += entry
        out += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
        return sum
    }

    static func sum(of entry: UnsafeRawBufferPointer, after previous: Digest128) -> Digest128 {
        var hash = SipHash128()
        hash.combine(previous.low)
        hash.combine(previous.high)
        hash.combine(bytes: entry)
        return hash.finalize()
    }

    /// The sum before the first line.
    static let start = Digest128(low: 0, high: 0)

    /// - Parameter brand: See `StateIdentity.brandDigest`.
    static func header(_ identity: StateIdentity, secretKey: SipHash128.Key, brand: String?) -> [UInt8] {
        bytes([
            "format": .string(name), "version": .number(String(version)), "api_url": .string(identity.apiURL),
            "owner": .string(identity.owner),
            "secret_key": .string(Digest128(low: secretKey.k0, high: secretKey.k1).description),
            "brand": brand.map { .string($0) } ?? .null,
        ])
    }

    static let setPrefix = Array("{\"set\":\"".utf8)
    static let connectionPrefix = Array("\",\"connection\":".utf8)

    /// What was done for a connection. The key is one of a manifest, so nothing in it needs escaping.
    static func set(_ key: String, _ connection: AppliedConnection) throws(StateError) -> [UInt8] {
        precondition(MarkedDescription.isKey(key), "a key of a manifest is expected")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let data = try encoder.encode(connection)
            return setPrefix + key.utf8 + connectionPrefix + data + [UInt8(ascii: "}")]
        } catch {
            throw StateError(.system, "record", key, cause: "it cannot be written as JSON")
        }
    }

    static func remove(_ key: String) -> [UInt8] { bytes(["remove": .string(key)]) }

    static func delete(_ key: String, at: Int) -> [UInt8] {
        bytes(["delete": .string(key), "at": .number(String(at))])
    }

    static func deletions(_ times: [Int]) -> [UInt8] {
        bytes(["deletions": .array(times.map { .number(String($0)) })])
    }

    private static func bytes(_ json: JSONValue) -> [UInt8] { Array(json.compactText.utf8) }
}
