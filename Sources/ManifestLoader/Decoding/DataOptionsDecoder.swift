import Model

/// Reads what `spec.data` says of how files are written and which fields rows have.
struct DataOptionsDecoder {
    static let csvFields = [
        "delimiter", "header", "skip_lines", "comment", "trim", "null", "quoted_null", "decimal", "encoding", "quote",
        "escape", "booleans",
    ]
    static let booleanFields = ["true", "false"]
    static let jsonFields = ["records", "key", "encoding"]

    let findings: Findings

    // MARK: - CSV

    func csv(_ node: YAMLNode) -> CSVDialect {
        var dialect = CSVDialect()
        guard let fields = FieldReader(node, place: "spec.data.csv", known: Self.csvFields, findings: findings) else {
            return dialect
        }
        dialect.delimiter = sign(fields, "delimiter")
        if let text = fields.string("quote"), text.isEmpty {
            dialect.quote = nil
        } else if let quote = sign(fields, "quote") {
            dialect.quote = quote
        }
        dialect.escape = sign(fields, "escape")
        if let decimal = sign(fields, "decimal") {
            if decimal == UInt8(ascii: ".") || decimal == UInt8(ascii: ",") {
                dialect.decimal = decimal
            } else {
                findings.error(
                    "spec.data.csv.decimal must be \".\" or \",\"", at: fields.mark(of: "decimal") ?? fields.mark,
                    help: "other signs are no number's")
            }
        }
        dialect.comment = fields.filledString("comment") ?? ""
        dialect.skippedLines = fields.int("skip_lines", in: 0...1_000_000) ?? 0
        dialect.trims = fields.bool("trim") ?? false
        dialect.nullsMayBeQuoted = fields.bool("quoted_null") ?? false
        dialect.nulls = texts(fields, "null", mayBeEmpty: true) ?? []
        dialect.encoding = encoding(fields) ?? .utf8
        header(fields, &dialect)
        booleans(fields, &dialect)
        checkSigns(fields, dialect)
        if dialect.nullsMayBeQuoted, dialect.nulls.isEmpty {
            findings.error(
                "spec.data.csv.quoted_null has no effect without null",
                at: fields.mark(of: "quoted_null") ?? fields.mark,
                help: "say which texts mean null: null: [NULL]")
        }
        return dialect
    }

    /// One ASCII character; nil where the field is left out or was reported.
    private func sign(_ fields: FieldReader, _ name: String) -> UInt8? {
        guard let node = fields.node(name), let text = fields.string(name) else { return nil }
        let forbidden: [UInt8] = [0, 0x0A, 0x0D]
        guard text.utf8.count == 1, let byte = text.utf8.first, byte < 0x80, !forbidden.contains(byte) else {
            findings.error(
                "\(fields.path(name)) must be one character of ASCII, not \(text.quoted)", at: node.mark,
                help: ["tab", "\\t"].contains(text.lowercased())
                    ? "write a tab as \"\\t\", in double quotes" : "write it in quotes, as in \";\"")
            return nil
        }
        return byte
    }

    private func header(_ fields: FieldReader, _ dialect: inout CSVDialect) {
        guard let mark = fields.mark(of: "header"), let names = texts(fields, "header") else { return }
        if names.isEmpty {
            findings.error(
                "spec.data.csv.header must name the columns", at: mark, help: "write header: [id, name], in their order"
            )
            return
        }
        for (index, name) in names.enumerated() {
            if names[..<index].contains(where: { $0.isSameBytes(as: name) }) {
                findings.error(
                    "spec.data.csv.header names \(name.quoted) twice", at: mark,
                    help: "give each column a name of its own")
                return
            }
        }
        dialect.header = names
    }

    private func booleans(_ fields: FieldReader, _ dialect: inout CSVDialect) {
        guard let node = fields.node("booleans"),
            let words = FieldReader(
                node, place: "spec.data.csv.booleans", known: Self.booleanFields, findings: findings)
        else { return }
        dialect.trueWords = texts(words, "true") ?? []
        dialect.falseWords = texts(words, "false") ?? []
        let isBoth = { (word: String) in
            dialect.falseWords.contains(word) || word.lowercased() == "false"
        }
        let isTrue = { (word: String) in word.lowercased() == "true" }
        if let word = dialect.trueWords.first(where: isBoth) ?? dialect.falseWords.first(where: isTrue) {
            findings.error(
                "spec.data.csv.booleans says that \(word.quoted) is true and false", at: node.mark, help: "remove one")
        }
    }

    private func checkSigns(_ fields: FieldReader, _ dialect: CSVDialect) {
        func clash(_ first: String, _ second: String) {
            findings.error(
                "spec.data.csv.\(first) and \(second) are the same character",
                at: fields.mark(of: first) ?? fields.mark, help: "only one of the two can be meant by it")
        }
        let delimiter = dialect.delimiter ?? UInt8(ascii: ",")
        if delimiter == dialect.quote { clash("delimiter", "quote") }
        if let escape = dialect.escape, escape == dialect.delimiter { clash("escape", "delimiter") }
        if dialect.comment.utf8.first == dialect.delimiter, dialect.delimiter != nil { clash("comment", "delimiter") }
        if let quote = dialect.quote, dialect.comment.utf8.first == quote { clash("comment", "quote") }
    }

    // MARK: - JSON

    func json(_ node: YAMLNode) -> JSONLayout {
        var layout = JSONLayout()
        guard let fields = FieldReader(node, place: "spec.data.json", known: Self.jsonFields, findings: findings) else {
            return layout
        }
        if let records = fields.node("records") {
            if case .sequence = records.content {
                layout.records = texts(fields, "records") ?? []
            } else if let path = fields.filledString("records") {
                layout.records = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
                if layout.records.contains("") {
                    findings.error(
                        "spec.data.json.records must be names with points between them, not \(path.quoted)",
                        at: records.mark, help: "as in data.items; where a name has a point in it, write [data, a.b]")
                }
            }
        }
        layout.key = fields.filledString("key")
        layout.encoding = encoding(fields) ?? .utf8
        return layout
    }

    private func encoding(_ fields: FieldReader) -> TextEncoding? {
        guard let node = fields.node("encoding"), let text = fields.string("encoding") else { return nil }
        if let encoding = TextEncoding(name: text) { return encoding }
        let known = TextEncoding.allCases.map(\.rawValue)
        findings.error(
            "\(fields.path("encoding")) must be one of \(known.joined(separator: ", ")), not \(text.quoted)",
            at: node.mark,
            help: NearestName.find(text, in: known).map { "did you mean \"\($0)\"?" }
                ?? "save files of other encodings as UTF-8")
        return nil
    }

    // MARK: - Fields

    func fields(_ data: FieldReader, primaryKey: String?) -> FieldMapping {
        var mapping = FieldMapping()
        mapping.renamings = renamings(data)
        if let node = data.node("only"), let names = texts(data, "only") {
            mapping.only = names
            if names.isEmpty { findings.error("spec.data.only must not be empty", at: node.mark, help: "name a field") }
            if let omit = data.pair("omit"), data.node("omit") != nil {
                findings.error(
                    "spec.data.only and spec.data.omit exclude each other", at: omit.keyMark,
                    help: "what `only` does not name is left out anyway")
            }
        }
        mapping.omitted = texts(data, "omit", mayBeEmpty: true) ?? []
        mapping.derivations = derivations(data)
        if let primaryKey, !mapping.sends(primaryKey), !mapping.derives(primaryKey) {
            let name = mapping.only == nil ? "omit" : "only"
            findings.error(
                "spec.data.\(name) leaves \(primaryKey.quoted) out, the primary key",
                at: data.mark(of: name) ?? data.mark,
                help: mapping.only == nil ? "take it out of `omit`" : "add it to `only`")
        }
        return mapping
    }

    private func renamings(_ data: FieldReader) -> [FieldMapping.Renaming] {
        var renamings: [FieldMapping.Renaming] = []
        for pair in data.members("rename", mayBeBlank: true) ?? [] {
            guard let name = findings.filledString(pair.value, "spec.data.rename.\(pair.key)") else { continue }
            if let other = renamings.first(where: { $0.to.isSameBytes(as: name) }) {
                findings.error(
                    "spec.data.rename gives \(other.from.quoted) and \(pair.key.quoted) the same name",
                    at: pair.value.mark,
                    help: "give each a name of its own")
                continue
            }
            renamings.append(FieldMapping.Renaming(from: pair.key, to: name))
        }
        return renamings
    }

    private func derivations(_ data: FieldReader) -> [FieldMapping.Derivation] {
        (data.members("derive") ?? []).compactMap { pair in
            let place = "spec.data.derive.\(pair.key)"
            guard let text = findings.filledString(pair.value, place) else { return nil }
            guard let template = FieldTemplate(text) else {
                findings.error(
                    "\(place) must be a text with fields in braces, not \(text.quoted)", at: pair.value.mark,
                    help: "as in \"{country}-{code}\"; a brace itself is written twice")
                return nil
            }
            return FieldMapping.Derivation(field: pair.key, template: template)
        }
    }

    /// A list of strings; nil where it is left out or is none.
    func texts(_ fields: FieldReader, _ name: String, mayBeEmpty: Bool = false) -> [String]? {
        guard let list = fields.list(name) else { return nil }
        return list.elements.enumerated().compactMap { index, element in
            let place = "\(fields.path(name))[\(index)]"
            // In YAML a plain NULL is the word as well as nothing; here it can only be the word.
            if mayBeEmpty { return findings.string(element, place) }
            return findings.filledString(element, place)
        }
    }
}
