import JSON

/// A number to compare others with.
struct NumberBound {
    let text: [UInt8]
    private let small: Double?

    init(_ text: String) {
        self.text = Array(text.utf8)
        small = self.text.withUnsafeBufferPointer { QuickNumber.exact($0) }
    }

    /// Below, at or above zero, as the bound is below, equal to or above the number, exactly.
    func compare(_ number: UnsafeBufferPointer<UInt8>) -> Int {
        if let small, let other = QuickNumber.exact(number) { return small < other ? -1 : small > other ? 1 : 0 }
        return JSONNumber.compare(text, Array(number))
    }
}
