import Platform

/// The values that a field may have.
struct ExpectedValues {
    private let few: [[UInt8]]
    private let many: Set<[UInt8]>

    init(_ texts: [String]) {
        let all = texts.map { Array($0.utf8) }
        (few, many) = all.count <= 16 ? (all, []) : ([], Set(all))
    }

    func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for value in few where value.count == text.count {
            guard let start = text.baseAddress, !value.isEmpty else { return true }
            if Bytes.compare(start, value, count: value.count) == 0 { return true }
        }
        return !many.isEmpty && many.contains(Array(text))
    }
}
