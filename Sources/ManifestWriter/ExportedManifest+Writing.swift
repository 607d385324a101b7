import JSON
import ManifestLoader
import Model

extension ExportedManifest {
    /// Why there is no manifest for a connection.
    package struct Problem: Error, Sendable, Hashable {
        package var message: String
    }

    /// Writes the manifest of one connection and reads it back. Errors: what the account says cannot stand in one.
    package init(_ source: ExportSource) throws(Problem) {
        let actual = source.actual
        self.init(key: source.key, uuid: actual.uuid, name: actual.name, text: "", credentials: [], remarks: [])
        var spec: [JSONMember] = []
        if Self.isUUID(actual.uuid) {
            spec.append(JSONMember("data_connection_uuid", .string(actual.uuid)))
        } else {
            remarks.append(
                "\(actual.uuid) is not a UUID and is not pinned: adopt the connection with --adopt \(source.key)")
        }
        spec.append(JSONMember("name", .string(actual.name)))
        spec.append(JSONMember("primary_key", .string(actual.primaryKey)))
        if let description = description(of: actual) { spec.append(JSONMember("description", .string(description))) }
        var isUploadBased = true
        if case .apiBased(let details) = actual.details {
            isUploadBased = false
            let export = DetailsExport(details, prefix: source.key)
            spec.append(JSONMember(Field.detailsName, .object(export.members)))
            credentials = export.credentials
            remarks += export.remarks
        }
        let references = references(of: source)
        if !references.isEmpty { spec.append(JSONMember("references", .array(references))) }
        if source.isProtected { spec.append(JSONMember("lifecycle", ["protect": true])) }
        text = render(spec, isUploadBased: isUploadBased)
        try check(source)
    }

    private mutating func description(of actual: ActualConnection) -> String? {
        let text = actual.marked.text
        if text.contains("${env:") || text.contains("${credential:") {
            remarks.append(
                "the description is left out, because it holds what would be a reference to a secret; it stays as it is"
            )
            return nil
        }
        return text.isEmpty ? nil : text
    }

    private mutating func references(of source: ExportSource) -> [JSONValue] {
        if let problem = source.referencesProblem {
            remarks.append("the references are left out, because they could not be read: \(problem)")
        }
        return Set((source.actual.references ?? []).map(\.reference)).sorted().map { reference in
            ["reference_type": .string(reference.type), "reference_id": .string(reference.id)]
        }
    }

    private func render(_ spec: [JSONMember], isUploadBased: Bool) -> String {
        var writer = YAMLWriter()
        writer.comment("Exported from the account: look it through before it goes into Git.")
        if !credentials.isEmpty {
            writer.comment("Create these files in the credentials directory; each holds nothing but the value:")
            for note in credentials { writer.comment("  \(note.name): \(note.words)") }
        }
        for remark in remarks { writer.comment("Note: \(remark)") }
        writer.member("apiVersion", "reconcile/v1", depth: 0)
        writer.member("kind", "DataConnection", depth: 0)
        writer.member("metadata", ["name": .string(key)], depth: 0)
        writer.open("spec", depth: 0)
        for member in spec { writer.member(member.key, member.value, depth: 1) }
        if isUploadBased {
            writer.comment(
                "The API does not list rows, so they are not exported. To keep them in files from now on, add:",
                depth: 1)
            writer.comment("data:\n  files: [data/\(key).csv]", depth: 1)
        }
        return writer.text
    }

    /// What a loader makes of the text must be what the account says.
    private func check(_ source: ExportSource) throws(Problem) {
        let read = ManifestLoader.read(text: text, path: "\(key).yaml")
        if let error = read.diagnostics.first(where: { $0.severity == .error }) {
            throw Problem(message: error.message)
        }
        guard let connection = read.connections.first, read.connections.count == 1,
            connection.key.hasBytes(of: key), connection.name.hasBytes(of: source.actual.name),
            connection.primaryKey.hasBytes(of: source.actual.primaryKey)
        else { throw Problem(message: "its manifest would not say what the account says") }
    }

    private static func isUUID(_ text: String) -> Bool {
        text.split(separator: "-", omittingEmptySubsequences: false).map(\.utf8.count) == [8, 4, 4, 4, 12]
            && text.allSatisfy { $0.isASCII && $0.isHexDigit || $0 == "-" }
    }
}
