import Model

/// The head of a ledger file: whose it is and what follows.
///
/// Shape, all integers little-endian: eight bytes `reconldg`; format version and length of the rest of the head in
/// four bytes each; the fields; the digest of all that. Behind it the body: the entries, sorted by key, 40 bytes
/// each; then the text of each primary key as JSON, by slot, its length before it as a variable-length integer.
/// Digests are SipHash-2-4-128 with the zero key.
struct LedgerHeader: Sendable, Hashable {
    static let magic = Array("reconldg".utf8)
    static let formatVersion: UInt32 = 1
    /// Bytes before the fields.
    static let preambleCount = 16
    /// What a head may take at most; its texts are a UUID and the name of a field.
    static let maxFieldBytes = 1 << 20

    var identity: LedgerIdentity
    var counts: RowStateCounts
    /// Bytes of the key texts with their lengths.
    var keyBytes: Int
    /// The digest of the whole body.
    var body: Digest128

    var entryBytes: Int { counts.total * LedgerEntry.byteCount }
    var bodyBytes: Int { entryBytes + keyBytes }

    /// The head as it stands at the beginning of the file.
    var bytes: [UInt8] {
        var fields: [UInt8] = []
        func add(_ word: UInt64) { withUnsafeBytes(of: word.littleEndian) { fields.append(contentsOf: $0) } }
        func add(_ text: String) {
            add(UInt64(text.utf8.count))
            fields.append(contentsOf: text.utf8)
        }
        for state in RowState.allCases { add(UInt64(counts[state])) }
        add(UInt64(keyBytes))
        add(body.low)
        add(body.high)
        add(UInt64(bitPattern: Int64(identity.data.version)))
        add(UInt64(bitPattern: Int64(identity.data.at)))
        add(identity.ttlSeconds == nil ? 0 : 1)
        add(UInt64(bitPattern: Int64(identity.ttlSeconds ?? 0)))
        add(identity.data.digest)
        add(identity.connection)
        add(identity.primaryKey)
        var all = Self.magic
        for word in [Self.formatVersion, UInt32(fields.count + 16)] {
            withUnsafeBytes(of: word.littleEndian) { all.append(contentsOf: $0) }
        }
        all += fields
        let digest = Self.digest(of: all)
        for word in [digest.low, digest.high] {
            withUnsafeBytes(of: word.littleEndian) { all.append(contentsOf: $0) }
        }
        return all
    }

    /// What the first bytes of a file announce: how many bytes of head follow them, or why there is none.
    static func fieldCount(preamble: [UInt8]) -> Result<Int, LedgerFault> {
        guard preamble.count == preambleCount, preamble.starts(with: magic) else { return .failure(.damaged) }
        func word(_ start: Int) -> UInt32 {
            preamble.withUnsafeBytes {
                UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: UInt32.self))
            }
        }
        guard word(8) == formatVersion else { return .failure(.otherVersion) }
        let count = Int(word(12))
        return (16...maxFieldBytes).contains(count) ? .success(count) : .failure(.damaged)
    }

    /// Reads a whole head back; nil where anything about it is not as it was written.
    init?(_ all: [UInt8]) {
        guard all.count >= Self.preambleCount + 16 else { return nil }
        let end = all.count - 16
        var offset = Self.preambleCount
        func word(at start: Int) -> UInt64? {
            guard start + 8 <= all.count else { return nil }
            return all.withUnsafeBytes {
                UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            }
        }
        let digest = Self.digest(of: Array(all[..<end]))
        guard word(at: end) == digest.low, word(at: end + 8) == digest.high else { return nil }
        func take() -> UInt64? {
            defer { offset += 8 }
            return word(at: offset)
        }
        func takeCount() -> Int? { take().flatMap { $0 < 1 << 48 ? Int($0) : nil } }
        func takeInteger() -> Int? { take().map { Int(Int64(bitPattern: $0)) } }
        func takeText() -> String? {
            guard let count = takeCount(), offset + count <= end else { return nil }
            defer { offset += count }
            return String(decoding: all[offset..<offset + count], as: UTF8.self)
        }
        counts = RowStateCounts()
        for state in RowState.allCases {
            guard let count = takeCount() else { return nil }
            counts[state] = count
        }
        guard let keyBytes = takeCount(), let low = take(), let high = take(), let version = takeInteger(),
            let at = takeInteger(), let hasTTL = take(), let ttl = takeInteger(), let data = takeText(),
            let connection = takeText(), let primaryKey = takeText(), offset == end
        else { return nil }
        self.keyBytes = keyBytes
        body = Digest128(low: low, high: high)
        identity = LedgerIdentity(
            connection: connection, primaryKey: primaryKey, ttlSeconds: hasTTL == 0 ? nil : ttl,
            data: OwnershipMarker.Data(version: version, digest: data, at: at))
    }

    init(identity: LedgerIdentity, counts: RowStateCounts, keyBytes: Int, body: Digest128) {
        self.identity = identity
        self.counts = counts
        self.keyBytes = keyBytes
        self.body = body
    }

    private static func digest(of bytes: [UInt8]) -> Digest128 {
        var hash = SipHash128()
        bytes.withUnsafeBytes { hash.combine(bytes: $0) }
        return hash.finalize()
    }
}

/// Why a file is no ledger that can be read.
enum LedgerFault: Error {
    case damaged, otherVersion
}
