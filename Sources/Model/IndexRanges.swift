/// A set of numbers from 0, kept as ranges: requests are confirmed nearly in order, so a few numbers say it all.
package struct IndexRanges: Sendable, Hashable, Codable {
    /// First and last of each range, in order, neither touching nor overlapping.
    private var bounds: [Int]

    package init() { bounds = [] }

    package init(_ numbers: some Sequence<Int>) {
        bounds = []
        for number in numbers { insert(number) }
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([Int].self)
        let isOrdered = zip(values, values.dropFirst()).enumerated().allSatisfy { index, pair in
            index.isMultiple(of: 2) ? pair.0 <= pair.1 : pair.0 + 1 < pair.1
        }
        guard values.count.isMultiple(of: 2), isOrdered else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "ranges out of order"))
        }
        bounds = values
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bounds)
    }

    /// How many numbers are in it.
    package var count: Int {
        stride(from: 0, to: bounds.count, by: 2).reduce(0) { $0 + bounds[$1 + 1] - bounds[$1] + 1 }
    }

    package func contains(_ number: Int) -> Bool {
        stride(from: 0, to: bounds.count, by: 2).contains { bounds[$0] <= number && number <= bounds[$0 + 1] }
    }

    package mutating func insert(_ number: Int) {
        if contains(number) { return }
        var index = 0
        while index < bounds.count, bounds[index] < number { index += 2 }
        let touchesLeft = index > 0 && bounds[index - 1] == number - 1
        let touchesRight = index < bounds.count && bounds[index] == number + 1
        switch (touchesLeft, touchesRight) {
        case (true, true): bounds.removeSubrange(index - 1...index)
        case (true, false): bounds[index - 1] = number
        case (false, true): bounds[index] = number
        case (false, false): bounds.insert(contentsOf: [number, number], at: index)
        }
    }
}
