/// One bit for each number from 0 to `count`: 10,000,000 rows take 1.25 MB.
struct RowBitmap: Sendable {
    let count: Int
    private var words: [UInt64]

    /// No bit is set.
    init(count: Int) {
        self.count = count
        words = Array(repeating: 0, count: (count + 63) / 64)
    }

    func contains(_ number: Int) -> Bool { words[number >> 6] >> UInt64(number & 63) & 1 != 0 }

    mutating func insert(_ number: Int) { words[number >> 6] |= 1 << UInt64(number & 63) }

    /// The bits that are not set.
    var inverted: RowBitmap {
        var other = self
        for index in words.indices { other.words[index] = ~words[index] }
        if count & 63 != 0 { other.words[words.count - 1] &= (1 << UInt64(count & 63)) - 1 }
        return other
    }

    /// How many bits are set.
    var total: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The first number from `start` on whose bit is set.
    func next(from start: Int) -> Int? {
        guard start < count else { return nil }
        var index = start >> 6
        var word = words[index] & ~0 << UInt64(start & 63)
        while word == 0 {
            index += 1
            if index == words.count { return nil }
            word = words[index]
        }
        return index << 6 + word.trailingZeroBitCount
    }

    /// For each word how many bits are set before it: the place of a number among those that are in.
    func ranks() -> [UInt32] {
        var total: UInt32 = 0
        return words.map { word in
            defer { total += UInt32(word.nonzeroBitCount) }
            return total
        }
    }

    /// How many numbers below that one are in; `ranks` is that of this bitmap.
    func rank(of number: Int, in ranks: [UInt32]) -> Int {
        let below = words[number >> 6] & ((1 << UInt64(number & 63)) - 1)
        return Int(ranks[number >> 6]) + below.nonzeroBitCount
    }
}
