import Model
import Platform

/// Looks for a pattern, or for the text that it is where it has no signs of a pattern.
struct PatternSearch {
    private let literal: [UInt8]?
    private var pattern: ValuePattern

    init?(_ text: String) {
        guard let pattern = try? ValuePattern(text) else { return nil }
        self.pattern = pattern
        let isLiteral = !text.isEmpty && !text.utf8.contains { ".[]()|*+?{}^$\\".utf8.contains($0) }
        literal = isLiteral ? Array(text.utf8) : nil
    }

    mutating func isFound(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let literal else { return pattern.isFound(in: text) }
        guard let start = text.baseAddress else { return false }
        var offset = 0
        while offset + literal.count <= text.count {
            guard
                let found = Bytes.firstIndex(
                    of: literal[0], in: start + offset, count: text.count - offset - literal.count + 1)
            else { return false }
            offset += found
            if Bytes.compare(start + offset, literal, count: literal.count) == 0 { return true }
            offset += 1
        }
        return false
    }
}
