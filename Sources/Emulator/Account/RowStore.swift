/// Where one record stands in the body that brought it.
struct StoredRow: Sendable {
    var key: RowKey
    var offset: Int
    var length: Int
}

/// Records of one connection, as the bytes that were uploaded.
///
/// Request bodies are kept whole and records point into them, so an upload copies nothing. A million records of 120
/// bytes take those bytes and some 80 more each. Records keep the order of their first upload.
struct RowStore: Sendable {
    private struct Slot {
        var segment: UInt32
        var offset: UInt32
        var length: UInt32
        /// Seconds since 1970; infinity for a record that stays.
        var expires: Double
    }

    private var segments: [[UInt8]] = []
    private var slots: [Slot] = []
    private var index: [RowKey: UInt32] = [:]
    /// Bytes that are kept in memory for them, replaced ones and the rest of the bodies included.
    private(set) var keptBytes = 0
    /// Bytes of the records that are stored.
    private(set) var liveBytes = 0

    /// Bytes that may be wasted before records are copied together.
    private let slack: Int

    init(slack: Int = 16 * 1024 * 1024) { self.slack = slack }

    /// Records that are stored, expired ones included.
    var storedCount: Int { index.count }

    /// Stores records that stand in `body`; each replaces the one of its key. `expires` has one time for all, or one each.
    mutating func insert(_ rows: [StoredRow], of body: [UInt8], expires: [Double]) {
        guard !rows.isEmpty else { return }
        let segment = UInt32(segments.count)
        segments.append(body)
        keptBytes += body.count
        for (number, row) in rows.enumerated() {
            put(
                row.key,
                Slot(
                    segment: segment, offset: UInt32(row.offset), length: UInt32(row.length),
                    expires: expires.count == 1 ? expires[0] : expires[number]))
        }
        compactIfWorthwhile()
    }

    /// Takes over all records of another store, as if they were inserted now.
    mutating func absorb(_ other: RowStore) {
        if index.isEmpty {
            self = other
            return
        }
        let shift = UInt32(segments.count)
        segments.append(contentsOf: other.segments)
        keptBytes += other.keptBytes
        for (key, place) in other.index.sorted(by: { $0.value < $1.value }) {
            var slot = other.slots[Int(place)]
            slot.segment += shift
            put(key, slot)
        }
        compactIfWorthwhile()
    }

    /// Removes a record; false where it was not there, or had expired.
    mutating func remove(_ key: RowKey, now: Double) -> Bool {
        guard let place = index.removeValue(forKey: key) else { return false }
        let isVisible = slots[Int(place)].expires > now
        liveBytes -= Int(slots[Int(place)].length)
        slots[Int(place)].length = 0
        return isVisible
    }

    /// The bytes of a record that has not expired.
    func row(_ key: RowKey, now: Double) -> ArraySlice<UInt8>? {
        guard let place = index[key], slots[Int(place)].expires > now else { return nil }
        return bytes(of: slots[Int(place)])
    }

    func visibleCount(now: Double) -> Int { slots.reduce(0) { $1.length > 0 && $1.expires > now ? $0 + 1 : $0 } }

    /// Visits the records that have not expired, in order, with the time at which they will.
    func forEach(now: Double, _ body: (ArraySlice<UInt8>, _ expires: Double) throws -> Void) rethrows {
        for slot in slots where slot.length > 0 && slot.expires > now { try body(bytes(of: slot), slot.expires) }
    }

    private func bytes(of slot: Slot) -> ArraySlice<UInt8> {
        segments[Int(slot.segment)][Int(slot.offset)..<Int(slot.offset) + Int(slot.length)]
    }

    private mutating func put(_ key: RowKey, _ slot: Slot) {
        liveBytes += Int(slot.length)
        if let place = index[key] {
            liveBytes -= Int(slots[Int(place)].length)
            slots[Int(place)] = slot
        } else {
            index[key] = UInt32(slots.count)
            slots.append(slot)
        }
    }

    /// Copies the records together once more than half of the kept bytes belong to none.
    private mutating func compactIfWorthwhile() {
        guard keptBytes > 2 * liveBytes + slack else { return }
        var packed: [[UInt8]] = [[]]
        var places = [UInt32](repeating: 0, count: slots.count)
        var kept: [Slot] = []
        for (place, var slot) in slots.enumerated() where slot.length > 0 {
            if packed[packed.count - 1].count > 8 * 1024 * 1024 { packed.append([]) }
            let offset = packed[packed.count - 1].count
            packed[packed.count - 1].append(contentsOf: bytes(of: slot))
            slot.segment = UInt32(packed.count - 1)
            slot.offset = UInt32(offset)
            places[place] = UInt32(kept.count)
            kept.append(slot)
        }
        index = index.mapValues { places[Int($0)] }
        slots = kept
        segments = packed
        keptBytes = liveBytes
    }
}
