import JSON

/// A cell whose text is JSON.
enum JSONCell {
    /// Appends its value without blanks, and says in `field` what it is; false where the text is no JSON.
    static func write(
        _ text: UnsafeBufferPointer<UInt8>, field: inout RecordBuffer.Field, to record: inout RecordBuffer
    ) -> Bool {
        // A line end tells a number's end, and zero bytes let the scanner load whole words.
        let padded = Array(text) + [0x0A] + Array(repeating: 0, count: 16)
        return padded.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return false }
            var scanner = JSONRecordScanner(base, from: 0, end: text.count + 1, isFinal: true)
            scanner.skipBlanks()
            guard scanner.value(into: &record, kind: &field.kind, isEscaped: &field.isValueEscaped) == .complete else {
                return false
            }
            scanner.skipBlanks()
            guard scanner.offset == text.count + 1 else { return false }
            field.valueEnd = UInt32(truncatingIfNeeded: record.count)
            if field.kind == .string {
                field.valueStart += 1
                field.valueEnd -= 1
            }
            return true
        }
    }
}
