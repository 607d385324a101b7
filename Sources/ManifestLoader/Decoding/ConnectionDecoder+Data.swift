import Model
import Platform

extension ConnectionDecoder {
    /// Reads `spec.data`; nil where it has errors that leave nothing to work with.
    func data(_ node: YAMLNode, primaryKey: String?) -> DesiredData? {
        guard let fields = FieldReader(node, place: "spec.data", known: Self.dataFields, findings: findings) else {
            return nil
        }
        let patterns = self.patterns(fields)
        let columns = self.columns(fields, patterns: patterns)
        var data = DesiredData(
            files: [], columns: columns, ttlSeconds: fields.int("ttl_seconds", in: 1...Int.max),
            removedRows: fields.word("removed_rows", as: DesiredData.RemovedRows.self) ?? .keep,
            onRowError: fields.word("on_row_error", as: DesiredData.RowErrorPolicy.self) ?? .fail)
        options(fields, primaryKey: primaryKey, &data)
        find(patterns, &data)
        return data
    }

    private func options(_ fields: FieldReader, primaryKey: String?, _ data: inout DesiredData) {
        let options = DataOptionsDecoder(findings: findings)
        if let node = fields.node("csv") { data.csv = options.csv(node) }
        if let node = fields.node("json") { data.json = options.json(node) }
        data.fields = options.fields(fields, primaryKey: primaryKey)
        data.sensitive = options.texts(fields, "sensitive") ?? []
        if let node = fields.node("expect") { data.expectations = ExpectationsDecoder(findings: findings).decode(node) }
    }

    /// Whether the ending that tells the format is no wildcard's.
    private static func tellsFormat(_ pattern: String) -> Bool {
        guard Glob.hasFixedExtension(pattern) else { return false }
        return !pattern.lowercased().hasSuffix(".gz") || Glob.hasFixedExtension(String(pattern.dropLast(3)))
    }

    private typealias Pattern = (text: String, mark: YAMLMark)

    private func patterns(_ fields: FieldReader) -> [Pattern] {
        guard fields.required("files") != nil, let list = fields.list("files") else { return [] }
        if list.elements.isEmpty {
            findings.error(
                "spec.data.files must not be empty", at: list.mark,
                help: "name a file, or leave spec.data out where the rows are uploaded by somebody else")
        }
        return list.elements.enumerated().compactMap { index, element in
            guard let text = findings.filledString(element, "spec.data.files[\(index)]") else { return nil }
            if text.utf8.contains(0) {
                findings.error("a path must not hold NUL", at: element.mark, help: "remove it")
                return nil
            }
            // Where the ending is a wildcard's, the files that match are judged one by one.
            if Self.tellsFormat(text), DataFileName(text) == nil {
                findings.error(
                    "\(text.quoted) is not a data file by its name", at: element.mark,
                    help: "data files end in \(DataFileName.endings)")
                return nil
            }
            return (text, element.mark)
        }
    }

    private func columns(_ fields: FieldReader, patterns: [Pattern]) -> [String: ColumnType] {
        guard let members = fields.members("columns") else { return [:] }
        var columns: [String: ColumnType] = [:]
        for pair in members {
            let place = "spec.data.columns.\(pair.key)"
            guard let text = findings.filledString(pair.value, place) else { continue }
            guard let type = ColumnType(rawValue: text) else {
                let known = ColumnType.allCases.map(\.rawValue)
                let near =
                    Self.typesOfOthers[text.lowercased()].map { "write \($0)" }
                    ?? NearestName.find(text, in: known).map { "did you mean \"\($0)\"?" }
                findings.error(
                    "\(place) must be string, number, boolean or json, not \(text.quoted)", at: pair.value.mark,
                    help: near ?? "a column that is not named stays a string")
                continue
            }
            columns[pair.key] = type
        }
        let isCSVPossible = patterns.contains { DataFileName($0.text)?.format == .csv || !Self.tellsFormat($0.text) }
        if !isCSVPossible, !patterns.isEmpty, !members.isEmpty, let mark = fields.pair("columns")?.keyMark {
            findings.error(
                "spec.data.columns has no effect: none of the files is CSV", at: mark,
                help: "remove it; JSON carries the types of its values itself")
        }
        return columns
    }

    /// What other tools call the types.
    private static let typesOfOthers = [
        "int": "number", "integer": "number", "bigint": "number", "float": "number", "double": "number",
        "decimal": "number",
        "numeric": "number", "bool": "boolean", "text": "string", "str": "string", "varchar": "string",
        "date": "string",
        "datetime": "string", "timestamp": "string", "object": "json", "array": "json", "list": "json",
        "struct": "json",
    ]

    private func find(_ patterns: [Pattern], _ data: inout DesiredData) {
        var seen: Set<String> = []
        for pattern in patterns {
            let found = dataFiles.find(pattern.text, in: findings.owner(of: pattern.mark).source.folder)
            for file in found.files where seen.insert(file.absolutePath).inserted { data.files.append(file) }
            for problem in found.problems {
                let diagnostic = findings.diagnostic(.error, problem.message, at: pattern.mark, help: problem.help)
                data.problems.append(findings.withSourceLine(diagnostic))
            }
        }
    }
}
