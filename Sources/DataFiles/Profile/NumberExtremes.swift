import JSON

/// The least and the greatest of numbers, exactly.
struct NumberExtremes {
    struct Number {
        var text: [UInt8]
        var value: Double
    }

    private(set) var min: Number?
    private(set) var max: Number?

    @inline(__always)
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        let value = QuickNumber.nearest(text)
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
}
