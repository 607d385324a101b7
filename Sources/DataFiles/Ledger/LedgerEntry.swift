import Model

/// What a ledger says of one row. 40 bytes on disk, five little-endian words.
struct LedgerEntry {
    static let byteCount = 40

    var key: Digest128
    var content: Digest128
    var spelling: KeySpelling
    /// Number of the row's primary key among the key texts of the ledger.
    var slot: Int
    var state: RowState

    func write(to bytes: UnsafeMutableRawPointer) {
        let last = UInt64(spelling.code) << 40 | UInt64(slot) << 2 | UInt64(state.rawValue)
        bytes.storeBytes(of: key.low.littleEndian, as: UInt64.self)
        bytes.storeBytes(of: key.high.littleEndian, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: content.low.littleEndian, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: content.high.littleEndian, toByteOffset: 24, as: UInt64.self)
        bytes.storeBytes(of: last.littleEndian, toByteOffset: 32, as: UInt64.self)
    }

    init(key: Digest128, content: Digest128, spelling: KeySpelling, slot: Int, state: RowState) {
        self.key = key
        self.content = content
        self.spelling = spelling
        self.slot = slot
        self.state = state
    }

    @inline(__always)
    init(_ bytes: UnsafeRawPointer) {
        func word(_ index: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        key = Digest128(low: word(0), high: word(1))
        content = Digest128(low: word(2), high: word(3))
        let last = word(4)
        spelling = KeySpelling(code: UInt32(truncatingIfNeeded: last >> 40))
        slot = Int(truncatingIfNeeded: last >> 2 & 0x3F_FFFF_FFFF)
        // Two bits: every value is a state.
        state = RowState(rawValue: UInt8(truncatingIfNeeded: last & 3)).unsafelyUnwrapped
    }
}
