import JSON
import Model

/// Gives the records of another reader the fields that are to be sent: renamed, left out, made of others.
final class ShapingReader: RecordReader {
    private let inner: any RecordReader
    private let file: DataFile
    private let mapping: FieldMapping
    private let isCSV: Bool
    private let problems: ProblemList
    private let seen: SeenFields?
    private var text = ByteBuffer()
    private var fields: [RecordBuffer.Field] = []
    /// What becomes of the field at that place in a record; good where the record's field there has that name.
    private var plans: [Plan] = []
    private let derivations: [Derived]

    private struct Plan {
        /// Between the quotes, as it stands in the record.
        var name: [UInt8]
        /// In quotes; nil where it is not sent.
        var sent: [UInt8]?
        /// The new name, for what is derived.
        var newName: String
        var isSource: Bool
    }

    private struct Derived {
        /// The field's name, in quotes.
        var name: [UInt8]
        var isNameEscaped: Bool
        var derivation: FieldMapping.Derivation
    }

    init(_ inner: any RecordReader, file: DataFile, set: DataSet, problems: ProblemList, seen: SeenFields?) {
        self.inner = inner
        self.file = file
        self.problems = problems
        self.seen = seen
        mapping = set.fields
        isCSV = file.format == .csv
        derivations = set.fields.derivations.filter {
            set.fields.sends($0.field) || $0.field.isSameBytes(as: set.primaryKey)
        }
        .map { derivation in
            let name = Self.quoted(derivation.field)
            return Derived(
                name: name, isNameEscaped: name.count != derivation.field.utf8.count + 2, derivation: derivation)
        }
    }

    func hasRead(_ size: Int) -> Bool { inner.hasRead(size) }
    func stamp() throws(DataProblems) -> FileStamp { try inner.stamp() }
    func seek(to offset: Int, line: Int) throws(DataProblems) { try inner.seek(to: offset, line: line) }
    func duplicateName() -> Diagnostic { inner.duplicateName() }

    func next(into record: inout RecordBuffer) -> Bool {
        while inner.next(into: &record) {
            if shape(&record) { return true }
        }
        return false
    }

    /// False where a field cannot be made, which was reported.
    private func shape(_ record: inout RecordBuffer) -> Bool {
        let before = record.record
        text.count = 0
        text.append(before.text, count: before.count)
        fields.removeAll(keepingCapacity: true)
        for index in 0..<before.fieldCount { fields.append(before.fields[index]) }
        record.rewind()
        record.bytes.append(UInt8(ascii: "{"))
        for (index, field) in fields.enumerated() {
            let plan = plan(of: field, at: index)
            guard let name = plan.sent else { continue }
            let value = range(of: field)
            let quotes = field.kind == .string ? 1 : 0
            append(
                name: name, text.base + value.lowerBound - quotes, count: value.count + 2 * quotes, kind: field.kind,
                isNameEscaped: field.isNameEscaped || name.count != plan.newName.utf8.count + 2,
                isValueEscaped: field.isValueEscaped, to: &record)
        }
        for derived in derivations {
            guard let value = value(of: derived.derivation.template) else {
                record.rewind()
                report(derived.derivation, line: record.line)
                return false
            }
            value.bytes.withUnsafeBufferPointer { bytes in
                append(
                    name: derived.name, bytes.baseAddress!, count: bytes.count, kind: .string,
                    isNameEscaped: derived.isNameEscaped, isValueEscaped: value.isEscaped, to: &record)
            }
        }
        record.bytes.append(UInt8(ascii: "}"))
        return true
    }

    private func append(
        name: [UInt8], _ value: UnsafePointer<UInt8>, count: Int, kind: RecordBuffer.Kind, isNameEscaped: Bool,
        isValueEscaped: Bool, to record: inout RecordBuffer
    ) {
        if record.count > 1 { record.bytes.append(UInt8(ascii: ",")) }
        let start = UInt32(truncatingIfNeeded: record.count)
        record.bytes.append(name)
        record.bytes.append(UInt8(ascii: ":"))
        let valueStart = UInt32(truncatingIfNeeded: record.count)
        record.bytes.append(value, count: count)
        let quotes: UInt32 = kind == .string ? 1 : 0
        record.add(
            RecordBuffer.Field(
                nameStart: start + 1, nameEnd: valueStart - 2, valueStart: valueStart + quotes,
                valueEnd: UInt32(truncatingIfNeeded: record.count) - quotes, kind: kind, isNameEscaped: isNameEscaped,
                isValueEscaped: isValueEscaped))
    }

    private func range(of field: RecordBuffer.Field) -> Range<Int> { Int(field.valueStart)..<Int(field.valueEnd) }

    private func plan(of field: RecordBuffer.Field, at index: Int) -> Plan {
        let name = UnsafeBufferPointer(
            start: text.base + Int(field.nameStart), count: Int(field.nameEnd - field.nameStart))
        if index < plans.count, plans[index].name.elementsEqual(name) { return plans[index] }
        var unescaped = ByteBuffer()
        JSONUnescape.append(name.baseAddress!, count: name.count, to: &unescaped)
        let old = String(decoding: unescaped.bytes, as: UTF8.self)
        // The reader of CSV has given columns their new names.
        let new = isCSV ? old : mapping.newName(of: old)
        seen?.add(old)
        seen?.add(new)
        let isSent = mapping.sends(new) && !mapping.derives(new)
        let plan = Plan(
            name: Array(name), sent: isSent ? Self.quoted(new) : nil, newName: new, isSource: mapping.isSource(new))
        if index < plans.count {
            plans[index] = plan
        } else if index == plans.count {
            plans.append(plan)
        }
        return plan
    }

    /// The value of a template as a JSON string; nil where a field of it is not there, or has no text.
    private func value(of template: FieldTemplate) -> (bytes: [UInt8], isEscaped: Bool)? {
        var bytes = [UInt8(ascii: "\"")]
        var isEscaped = false
        for part in template.parts {
            switch part {
            case .text(let text):
                let before = bytes.count
                for byte in text.utf8 { JSONText.writeEscaped(byte, to: &bytes) }
                if bytes.count - before != text.utf8.count { isEscaped = true }
            case .field(let name):
                guard let field = source(name), field.kind == .string || field.kind == .number else { return nil }
                // What is escaped in one string is so in the other.
                let range = range(of: field)
                bytes += UnsafeBufferPointer(start: text.base + range.lowerBound, count: range.count)
                if field.isValueEscaped { isEscaped = true }
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return (bytes, isEscaped)
    }

    private func source(_ name: String) -> RecordBuffer.Field? {
        for (index, field) in fields.enumerated() {
            let plan = plan(of: field, at: index)
            if plan.isSource, plan.newName.isSameBytes(as: name) { return field }
        }
        return nil
    }

    private func report(_ derivation: FieldMapping.Derivation, line: Int) {
        let missing = derivation.template.fields.first { name in
            source(name).map { $0.kind != .string && $0.kind != .number } ?? true
        }
        problems.add(
            Diagnostic(
                .error,
                "\"\(derivation.field)\" is made of \"\(missing ?? "")\", which is neither a string nor a number in this row",
                at: SourceLocation(path: file.displayPath, line: line),
                help: "give it a value there, or take it out of `derive`"))
    }

    private static func quoted(_ name: String) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONText.writeString(name, to: &bytes)
        return bytes
    }
}

/// The names of fields that rows of JSON were seen with.
final class SeenFields {
    private var names: Set<[UInt8]> = []

    func add(_ name: String) { names.insert(Array(name.utf8)) }
    func contains(_ name: String) -> Bool { names.contains(Array(name.utf8)) }
}
