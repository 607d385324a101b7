/// Records that one thread has read and another one digests.
struct RecordBatch: ~Copyable {
    /// Where a record stands in `text`; one whose line is 0 is the end of a file.
    private struct Event {
        var textStart: Int
        var textEnd: Int
        var fieldStart: Int
        var fieldEnd: Int
        var line: Int
        var shape: Int
        /// Of the record's first byte, in its file.
        var offset: Int
    }

    /// What the reader writes to.
    var text = RecordBuffer(keepingFields: true)
    private var events: [Event] = []

    /// How many records and ends of files there are.
    var eventCount: Int { events.count }

    /// The record that was read last belongs to the batch; it begins at that offset of its file.
    @inline(__always)
    mutating func add(offset: Int) {
        events.append(
            Event(
                textStart: text.start, textEnd: text.bytes.count, fieldStart: text.fieldStart,
                fieldEnd: text.fieldStart + text.fieldCount, line: text.line,
                shape: text.shape, offset: offset))
    }

    mutating func endFile() {
        events.append(Event(textStart: 0, textEnd: 0, fieldStart: 0, fieldEnd: 0, line: 0, shape: 0, offset: 0))
    }

    /// A record and its offset; nil for the end of a file.
    @inline(__always)
    func record(ofEvent index: Int) -> (record: RecordBuffer.Record, offset: Int)? {
        let event = events[index]
        if event.line == 0 { return nil }
        let record = text.record(
            text: event.textStart..<event.textEnd, fields: event.fieldStart..<event.fieldEnd, line: event.line,
            shape: event.shape)
        return (record, event.offset)
    }

    mutating func clear() {
        text.clear()
        events.removeAll(keepingCapacity: true)
    }
}
