import Foundation
import TestSupport

/// One manifest of a simulated directory, and its rows.
struct SimManifest: Equatable {
    enum Kind: CaseIterable { case plain, rows, api }

    /// How a file writes the key of a row.
    enum Style: CaseIterable {
        case csv, typedCSV, floatCSV, text, number, float

        var isCSV: Bool { self == .csv || self == .typedCSV || self == .floatCSV }
        var isTyped: Bool { self == .typedCSV || self == .floatCSV }

        func key(_ id: Int) -> String {
            switch self {
            case .csv, .typedCSV, .number: "\(id)"
            case .floatCSV, .float: "\(id).0"
            case .text: "\"\(id)\""
            }
        }
    }

    var key: String
    var renamedFrom: String?
    var name: String
    var kind: Kind
    var description: String?
    var isProtected = false
    var isSuspended = false
    var references: Set<String> = []
    var rows: [Int: Int] = [1: 0]
    /// What the rows were before they were edited last: somebody takes a change back.
    var before: [Int: Int]?
    var style = Style.csv
    /// In which order the rows stand in the file.
    var order: UInt64 = 0
    var ttl: Int?
    var deletes = false
    var apiTTL = 60
    var header: String?
    var usesSecret = false

    mutating func revert() {
        guard let before else { return }
        (rows, self.before) = (before, rows)
    }

    var file: String { "\(key).\(style.isCSV ? "csv" : "ndjson")" }

    var yaml: String {
        var lines = ["apiVersion: reconcile/v1", "kind: DataConnection", "metadata:", "  name: \(key)"]
        if let renamedFrom { lines.append("  renamed_from: \(renamedFrom)") }
        lines += ["spec:", "  name: \(name)", "  primary_key: id"]
        if let description { lines.append("  description: \"\(description)\"") }
        switch kind {
        case .plain: break
        case .rows:
            var members = ["files: [\(file)]", "removed_rows: \(deletes ? "delete" : "keep")"]
            if let ttl { members.append("ttl_seconds: \(ttl)") }
            if style.isTyped { members.append("columns: {id: number}") }
            lines.append("  data: {\(members.joined(separator: ", "))}")
        case .api:
            var headers = header.map { ["X-Note: \($0)"] } ?? []
            if usesSecret { headers.append("Authorization: \"Bearer ${credential:token}\"") }
            lines += [
                "  external_api_details:",
                "    url: https://api.example.com/{id}\(usesSecret ? "?channel=${credential:token}" : "")",
                "    http_method: GET",
                "    ttl: \(apiTTL)", "    sample_placeholder_values: {id: A}",
            ]
            if !headers.isEmpty { lines.append("    headers: {\(headers.joined(separator: ", "))}") }
        }
        if !references.isEmpty {
            let list = references.sorted().map { "{reference_type: mail, reference_id: \"\($0)\"}" }
            lines.append("  references: [\(list.joined(separator: ", "))]")
        }
        lines.append("  lifecycle: {protect: \(isProtected), suspend: \(isSuspended)}")
        return lines.joined(separator: "\n") + "\n"
    }

    var data: String {
        var random = SeededRandom(seed: order)
        let sorted = rows.sorted { $0.key < $1.key }
        let lines = (order == 0 ? sorted : sorted.shuffled(using: &random)).map { id, value in
            style.isCSV ? "\(style.key(id)),\(value)\n" : #"{"id":\#(style.key(id)),"v":"\#(value)"}"# + "\n"
        }
        return (style.isCSV ? "id,v\n" : "") + lines.joined()
    }
}
