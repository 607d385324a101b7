/// Reads a document of kind DataConnectionPatch: whom it changes; what it says is judged once it has been merged.
struct PatchDecoder {
    static let documentFields = ["apiVersion", "kind", "metadata", "spec"]
    static let metadataFields = ["name", "labels"]

    let findings: Findings

    /// Nil where it has errors.
    func decode(_ root: YAMLNode) -> PatchManifest? {
        let errorsBefore = findings.errorCount
        guard let document = FieldReader(root, place: "", known: Self.documentFields, findings: findings) else {
            return nil
        }
        _ = document.required("apiVersion")
        let metadata = document.required("metadata").flatMap {
            FieldReader($0, place: "metadata", known: Self.metadataFields, findings: findings)
        }
        let name = metadata?.requiredString("name")
        if let spec = document.pair("spec") {
            if case .mapping = spec.value.content {
            } else {
                findings.error(
                    "spec must be a mapping, not \(spec.value.described)", at: spec.value.mark,
                    help: "write the fields that are to be changed")
            }
        } else if metadata?.pair("labels") == nil {
            findings.error(
                "spec is missing", at: root.mark, help: "add \"spec\" with the fields that are to be changed")
        }
        guard findings.errorCount == errorsBefore, let name, let mark = metadata?.mark(of: "name") else { return nil }
        return PatchManifest(
            key: ConnectionManifest.Claim(text: name, mark: mark), root: root, findings: findings)
    }
}
