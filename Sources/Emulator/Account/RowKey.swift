import JSON

/// A record's primary key. Numbers and strings of the same text are the same key; texts compare by their bytes.
struct RowKey: Hashable, Sendable {
    let text: String

    init(text: String) { self.text = text }

    /// Nil for an empty string and for anything that is neither a string nor a number.
    init?(_ value: JSONValue) {
        switch value {
        case .string(let text) where !text.isEmpty: self.text = text
        case .number(let text): self.text = text
        default: return nil
        }
    }

    // String's own equality takes different spellings of one character for equal.
    static func == (left: RowKey, right: RowKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
