import Model

/// The head of a ledger file: whose it is and what follows.
///
/// Shape, all integers little-endian: eight bytes `reconldg`; format version and length of the rest of the head in
/// four bytes each; the fields; the digest of all that. Behind it the body: the entries, sorted by key, 40 bytes
/// each; then the text of each primary key as JSON, by slot, its length before it as a variable-length integer; then what
/// is remembered of columns (`ColumnMemory`). Version 3 ends before that.
/// The head's digest is SipHash-2-4-128 with the zero key, the body's XXH64: it says that
/// the disk gave back what it got, no more, and is read as often as written.
struct LedgerHeader: Sendable, Hashable {
    static let magic = Array("reconldg".utf8)
    static let formatVersion: UInt32 = 4
    /// The one before, which can still be read.
    static let formatWithoutColumns: UInt32 = 3
    /// Bytes before the fields.
    static let preambleCount = 16
    /// What a head may take at most; its texts are a UUID and the name of a field.
    static let maxFieldBytes = 1 << 20

    var identity: LedgerIdentity
    var counts: RowStateCounts
    /// How many key texts there are: one for each row of the files, also where the service has it under another spelling,
    /// and one for each other text that is still needed.
    var slotCount: Int
    /// Bytes of the key texts with their lengths.
    var keyBytes: Int
    /// Bytes of what is remembered of columns.
    var columnBytes = 0
    /// The digest of the whole body.
    var body: UInt64

    var entryBytes: Int { counts.total * LedgerEntry.byteCount }
    var bodyBytes: Int { entryBytes + keyBytes + columnBytes }

    /// The head as it stands at the beginning of the file.
    var bytes: [UInt8] {
        var fields: [UInt8] = []
        func add(_ word: UInt64) { withUnsafeBytes(of: word.littleEndian) { fields.append(contentsOf: $0) } }
        func add(_ text: String) {
            add(UInt64(text.utf8.count))
            fields.append(contentsOf: text.utf8)
        }
        for state in RowState.allCases { add(UInt64(counts[state])) }
        add(UInt64(slotCount))
        add(UInt64(keyBytes))
        add(UInt64(columnBytes))
        add(body)
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
        var fields = Fields(bytes: preamble[8...])
        let word = fields.word() ?? 0
        let version = UInt32(truncatingIfNeeded: word)
        guard version == formatVersion || version == formatWithoutColumns else { return .failure(.otherVersion) }
        let count = Int(word >> 32)
        return (16...maxFieldBytes).contains(count) ? .success(count) : .failure(.damaged)
    }

    /// Reads a whole head back; nil where anything about it is not as it was written.
    static func read(_ all: [UInt8]) -> LedgerHeader? {
        guard all.count >= preambleCount + 16 else { return nil }
        let end = all.count - 16
        let written = digest(of: Array(all[..<end]))
        var trailer = Fields(bytes: all[end...])
        guard trailer.word() == written.low, trailer.word() == written.high else { return nil }
        let hasColumns = all[8] != UInt8(formatWithoutColumns)
        var fields = Fields(bytes: all[preambleCount..<end])
        var counts = RowStateCounts()
        for state in RowState.allCases {
            guard let count = fields.count() else { return nil }
            counts[state] = count
        }
        guard let slotCount = fields.count(), let keyBytes = fields.count(),
            let columnBytes = hasColumns ? fields.count() : 0, let body = fields.word(),
            let version = fields.integer(), let at = fields.integer(), let hasTTL = fields.word(),
            let ttl = fields.integer(), let data = fields.text(), let connection = fields.text(),
            let primaryKey = fields.text(), fields.bytes.isEmpty
        else { return nil }
        return LedgerHeader(
            identity: LedgerIdentity(
                connection: connection, primaryKey: primaryKey, ttlSeconds: hasTTL == 0 ? nil : ttl,
                data: DataStamp(version: version, digest: data, at: at)),
            counts: counts, slotCount: slotCount, keyBytes: keyBytes, columnBytes: columnBytes, body: body)
    }

    /// Takes the fields off one after another; nil where they end.
    private struct Fields {
        var bytes: ArraySlice<UInt8>

        mutating func word() -> UInt64? {
            guard bytes.count >= 8 else { return nil }
            defer { bytes = bytes.dropFirst(8) }
            return bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }

        mutating func integer() -> Int? { word().map { Int(Int64(bitPattern: $0)) } }

        /// Far below what would overflow when it is multiplied.
        mutating func count() -> Int? { word().flatMap { $0 < 1 << 48 ? Int($0) : nil } }

        mutating func text() -> String? {
            guard let count = count(), count <= bytes.count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }

    init(
        identity: LedgerIdentity, counts: RowStateCounts, slotCount: Int, keyBytes: Int, columnBytes: Int = 0,
        body: UInt64
    ) {
        self.columnBytes = columnBytes
        self.slotCount = slotCount
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
