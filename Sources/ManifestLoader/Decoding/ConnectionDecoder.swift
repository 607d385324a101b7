import Model

/// Reads a document of kind DataConnection.
struct ConnectionDecoder {
    static let documentFields = ["apiVersion", "kind", "metadata", "spec"]
    static let metadataFields = ["name", "renamed_from", "labels"]
    static let specFields = [
        "name", "primary_key", "description", "data_connection_uuid", "data", "external_api_details", "references",
        "lifecycle", "checks", "consumers",
    ]
    static let dataFields = [
        "files", "columns", "csv", "json", "rename", "only", "omit", "derive", "sensitive", "expect", "ttl_seconds",
        "removed_rows", "on_row_error",
    ]
    static let referenceFields = ["reference_type", "reference_id"]
    static let lifecycleFields = ["protect", "suspend"]

    let findings: Findings
    let secrets: (any SecretSource)?
    let dataFiles: DataFileFinder

    func decode(_ root: YAMLNode) -> ConnectionManifest {
        let errorsBefore = findings.errorCount
        var manifest = ConnectionManifest()
        guard let document = FieldReader(root, place: "", known: Self.documentFields, findings: findings) else {
            return manifest
        }
        _ = document.required("apiVersion")
        var labels: [String: String] = [:]
        if let node = document.required("metadata") { labels = metadata(node, &manifest) }
        guard let node = document.required("spec"),
            let spec = FieldReader(node, place: "spec", known: Self.specFields, findings: findings)
        else { return manifest }
        let name = spec.requiredString("name")
        let primaryKey = spec.requiredString("primary_key")
        let description = self.description(spec)
        manifest.pinnedUUID = pinnedUUID(spec)
        let data = spec.node("data").flatMap { self.data($0, primaryKey: primaryKey) }
        let details = spec.node("external_api_details").flatMap {
            DetailsDecoder(findings: findings, secrets: secrets).decode($0)
        }
        checkSource(spec)
        let references = self.references(spec)
        let lifecycle = spec.node("lifecycle").flatMap {
            FieldReader($0, place: "spec.lifecycle", known: Self.lifecycleFields, findings: findings)
        }
        let isProtected = lifecycle?.bool("protect") ?? false
        let isSuspended = lifecycle?.bool("suspend") ?? false
        // Few manifests have them, and ten thousand are to be read in no time.
        let mayCheck = spec.pairs.contains { $0.key.utf8.first == UInt8(ascii: "c") }
        let checks = mayCheck ? self.checks(spec, hasFiles: data != nil) : []
        let consumers = mayCheck ? self.consumers(spec) : []

        guard findings.errorCount == errorsBefore, let key = manifest.key, let name, let primaryKey else {
            return manifest
        }
        let source = spec.mark(of: "data") ?? spec.mark(of: "external_api_details")
        let places = DesiredConnection.Places(
            manifest: findings.location(key.mark),
            primaryKey: findings.location(spec.mark(of: "primary_key") ?? spec.mark),
            source: findings.location(source ?? key.mark))
        var connection = DesiredConnection(
            key: key.text, renamedFrom: manifest.renamedFrom?.text, labels: labels,
            pinnedUUID: manifest.pinnedUUID?.text, name: name, primaryKey: primaryKey, description: description,
            details: details, data: data, references: references, isProtected: isProtected,
            isSuspended: isSuspended, places: places)
        if mayCheck {
            connection.checks = checks
            connection.consumers = consumers
        }
        manifest.connection = connection
        return manifest
    }

    private func metadata(_ node: YAMLNode, _ manifest: inout ConnectionManifest) -> [String: String] {
        guard let metadata = FieldReader(node, place: "metadata", known: Self.metadataFields, findings: findings)
        else { return [:] }
        if let name = metadata.requiredString("name"), let mark = metadata.mark(of: "name") {
            findings.checkKey(name, "metadata.name", at: mark)
            manifest.key = ConnectionManifest.Claim(text: name, mark: mark)
        }
        if let name = metadata.filledString("renamed_from"), let mark = metadata.mark(of: "renamed_from") {
            findings.checkKey(name, "metadata.renamed_from", at: mark)
            manifest.renamedFrom = ConnectionManifest.Claim(text: name, mark: mark)
            if name == manifest.key?.text {
                findings.error(
                    "metadata.renamed_from is the manifest's own name", at: mark,
                    help: "give the name that it had before, or remove the field")
                manifest.renamedFrom = nil
            }
        }
        let members = metadata.members("labels") ?? []
        var labels = [String: String](minimumCapacity: members.count)
        for pair in members {
            if let text = findings.filledString(pair.value, "metadata.labels.\(pair.key)") { labels[pair.key] = text }
        }
        return labels
    }

    private func checks(_ spec: FieldReader, hasFiles: Bool) -> [ConnectionCheck] {
        ChecksDecoder(
            findings: findings, hasFiles: hasFiles, isAPIBased: spec.mark(of: "external_api_details") != nil
        ).decode(spec)
    }

    private func consumers(_ spec: FieldReader) -> [Consumer] {
        (spec.list("consumers")?.elements ?? []).enumerated().compactMap { index, element in
            let place = "spec.consumers[\(index)]"
            guard let text = findings.filledString(element, place) else { return nil }
            if let consumer = Consumer(rawValue: text) { return consumer }
            let known = Consumer.allCases.map(\.rawValue)
            findings.error(
                "\(place) must be \(known.joined(separator: " or ")), not \(text.quoted)", at: element.mark,
                help: NearestName.find(text, in: known).map { "did you mean \"\($0)\"?" } ?? "remove it")
            return nil
        }
    }

    private func description(_ spec: FieldReader) -> String? {
        guard let text = spec.string("description"), let mark = spec.mark(of: "description") else { return nil }
        // Cheap first: what cannot hold even a piece of a marker is fine.
        guard text.containsBytes(of: "[rec") else { return text }
        guard text.containsBytes(of: "[reconcile") || MarkedDescription(parsing: text).marker != .absent else {
            return text
        }
        findings.error(
            "spec.description holds text of an ownership marker, \"\(MarkedDescription.opening)\"", at: mark,
            help: "remove it: reconcile writes the marker itself, behind the text that the manifest gives")
        return nil
    }

    private func pinnedUUID(_ spec: FieldReader) -> ConnectionManifest.Claim? {
        guard let text = spec.filledString("data_connection_uuid"), let mark = spec.mark(of: "data_connection_uuid")
        else { return nil }
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isHex = groups.allSatisfy { $0.allSatisfy { $0.isASCIIDigit || ($0 | 0x20) &- 0x61 < 6 } }
        guard isHex, groups.map(\.count) == [8, 4, 4, 4, 12] else {
            findings.error(
                "spec.data_connection_uuid \(text.quoted) is not a UUID", at: mark,
                help: "copy the connection's data_connection_uuid, 8-4-4-4-12 hexadecimal digits")
            return nil
        }
        return ConnectionManifest.Claim(text: text.lowercased(), mark: mark)
    }

    /// A connection takes its rows from files or from an API, not from both.
    private func checkSource(_ spec: FieldReader) {
        guard spec.mark(of: "data") != nil, spec.mark(of: "external_api_details") != nil,
            let data = spec.pair("data"), let details = spec.pair("external_api_details")
        else { return }
        let (first, second) = data.keyMark < details.keyMark ? (data, details) : (details, data)
        findings.error(
            "spec.data and spec.external_api_details exclude each other", at: second.keyMark,
            help: "a connection is upload-based or API-based; keep one of the two",
            notes: [("spec.\(first.key) is given here", first.keyMark)])
    }

    private func references(_ spec: FieldReader) -> [Reference]? {
        guard let list = spec.list("references") else { return nil }
        var references: [Reference] = []
        var places: [Reference: YAMLMark] = [:]
        for (index, element) in list.elements.enumerated() {
            let place = "spec.references[\(index)]"
            guard let fields = FieldReader(element, place: place, known: Self.referenceFields, findings: findings)
            else { continue }
            let type = fields.requiredString("reference_type")
            let id = fields.requiredString("reference_id")
            guard let type, let id else { continue }
            let reference = Reference(type: type, id: id)
            if let first = places[reference] {
                findings.error(
                    "the reference to \(type) \(id.quoted) is given twice", at: element.mark, help: "remove one",
                    notes: [("it is first given here", first)])
                continue
            }
            places[reference] = element.mark
            references.append(reference)
        }
        return references
    }
}
