import JSON

/// A record's primary key. Numbers and strings of the same text are the same key; texts compare by their bytes.
struct RowKey: Hashable, Sendable {
    let text: String
    /// Whether it was sent as a number; equal keys need not agree in it.
    private(set) var isNumber = false

    init(text: String, isNumber: Bool = false) {
        self.text = text
        self.isNumber = isNumber
    }

    /// Whether it is `byValue` of a number.
    private(set) var isByValue = false

    /// The key of a service that tells numbers apart by their value, and from strings: 1, 1.0 and 1e0 are one.
    var byValue: RowKey {
        guard isNumber, !isByValue else { return self }
        // A string that is sent as a key does not end so.
        var key = RowKey(text: JSONText.normalNumber(text) + "\u{0}number", isNumber: true)
        key.isByValue = true
        return key
    }

    /// Nil for an empty string and for anything that is neither a string nor a number.
    init?(_ value: JSONValue) {
        switch value {
        case .string(let text) where !text.isEmpty: self.text = text
        case .number(let text): (self.text, isNumber) = (text, true)
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
