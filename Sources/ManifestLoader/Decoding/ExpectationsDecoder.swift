import JSON
import Model

/// Reads `spec.data.expect`.
struct ExpectationsDecoder {
    static let fields = ["rows", "columns"]
    static let rowFields = ["min", "max", "max_change_percent"]
    static let columnFields = ["required", "unique", "pattern", "min", "max", "max_length", "one_of"]

    let findings: Findings

    func decode(_ node: YAMLNode) -> Expectations {
        var expectations = Expectations()
        let place = "spec.data.expect"
        guard let reader = FieldReader(node, place: place, known: Self.fields, findings: findings) else {
            return expectations
        }
        if let node = reader.node("rows"),
            let rows = FieldReader(node, place: "\(place).rows", known: Self.rowFields, findings: findings)
        {
            expectations.rows.min = rows.int("min", in: 0...Int.max)
            expectations.rows.max = rows.int("max", in: 0...Int.max)
            expectations.rows.maxChangePercent = rows.int("max_change_percent", in: 0...1000)
            note(rows, Self.rowFields, "rows", &expectations)
            if let low = expectations.rows.min, let high = expectations.rows.max, low > high {
                refuseBounds(rows)
            }
        }
        for pair in reader.members("columns") ?? [] {
            let columnPlace = "\(place).columns.\(pair.key)"
            guard let fields = FieldReader(pair.value, place: columnPlace, known: Self.columnFields, findings: findings)
            else {
                continue
            }
            expectations.columns.append(column(pair.key, fields))
            note(fields, Self.columnFields, "columns.\(pair.key)", &expectations)
        }
        return expectations
    }

    private func note(_ reader: FieldReader, _ names: [String], _ prefix: String, _ expectations: inout Expectations) {
        for name in names {
            if let mark = reader.mark(of: name) { expectations.places["\(prefix).\(name)"] = findings.location(mark) }
        }
    }

    private func column(_ name: String, _ fields: FieldReader) -> Expectations.Column {
        var column = Expectations.Column(name: name)
        column.isRequired = fields.bool("required") ?? false
        column.isUnique = fields.bool("unique") ?? false
        column.min = number(fields, "min")
        column.max = number(fields, "max")
        column.maxLength = fields.int("max_length", in: 0...Int.max)
        column.oneOf = DataOptionsDecoder(findings: findings).texts(fields, "one_of", mayBeEmpty: true)
        if column.oneOf?.isEmpty == true {
            findings.error("\(fields.path("one_of")) must not be empty", at: fields.mark, help: "name a value")
        }
        if let low = column.min, let high = column.max, JSONNumber.isBelow(high, low) { refuseBounds(fields) }
        guard let node = fields.node("pattern"), let text = fields.filledString("pattern") else { return column }
        do throws(PatternFault) {
            _ = try ValuePattern(text)
            column.pattern = text
        } catch {
            findings.error(
                "\(fields.path("pattern")) cannot be read: it has \(error.message)", at: node.mark,
                help: "known are . [ ] ( ) | * + ? {n,m} ^ $ \\d \\w \\s, and \\ before signs meant as themselves")
        }
        return column
    }

    private func refuseBounds(_ fields: FieldReader) {
        findings.error(
            "\(fields.path("min")) is above max", at: fields.mark(of: "min") ?? fields.mark,
            help: "nothing would be right")
    }

    private func number(_ fields: FieldReader, _ name: String) -> String? {
        guard let node = fields.node(name) else { return nil }
        switch node.scalar?.value {
        case .integer(let text), .float(let text): return text
        default:
            findings.error(
                "\(fields.path(name)) must be a number, not \(node.described)", at: node.mark,
                help: node.scalar.flatMap { FieldReader.helpForNumber($0.text, name) } ?? "write a number")
            return nil
        }
    }
}
