import Model

/// Reads a document of kind Policy.
struct PolicyDecoder {
    static let documentFields = ["apiVersion", "kind", "spec"]
    static let specFields = [
        "owner", "ownership", "adopt", "prune", "max_delete_percent", "max_removed_percent", "max_row_errors",
        "variables",
    ]

    let findings: Findings

    func decode(_ root: YAMLNode) -> PolicyManifest {
        var manifest = PolicyManifest(policy: Policy(), mark: root.mark)
        guard let document = FieldReader(root, place: "", known: Self.documentFields, findings: findings) else {
            return manifest
        }
        _ = document.required("apiVersion")
        guard let node = document.node("spec"),
            let spec = FieldReader(node, place: "spec", known: Self.specFields, findings: findings)
        else { return manifest }

        let owner = spec.filledString("owner")
        if let owner {
            findings.checkKey(owner, "spec.owner", at: spec.node("owner")?.mark ?? spec.mark)
            manifest.policy.owner = owner
        }
        manifest.policy.ownership = spec.word("ownership", as: Policy.Ownership.self) ?? manifest.policy.ownership
        manifest.policy.adopt = spec.bool("adopt") ?? manifest.policy.adopt
        manifest.policy.prune = spec.bool("prune") ?? manifest.policy.prune
        manifest.policy.maxDeletePercent =
            spec.int("max_delete_percent", in: 0...100) ?? manifest.policy.maxDeletePercent
        manifest.policy.maxRemovedPercent =
            spec.int("max_removed_percent", in: 0...100) ?? manifest.policy.maxRemovedPercent
        manifest.policy.maxRowErrors = spec.int("max_row_errors", in: 0...Int.max) ?? manifest.policy.maxRowErrors
        if let node = spec.node("variables") {
            manifest.variables = ManifestVariables.values(node, place: "spec.variables", findings)
        }
        if manifest.policy.prune, spec.node("owner") == nil {
            findings.error(
                "spec.prune needs an explicit owner", at: spec.node("prune")?.mark ?? spec.mark,
                help: "add \"owner\" to spec, so that no other directory's connections can be deleted")
        }
        return manifest
    }
}

extension Findings {
    /// Reports a text that can be neither an owner nor a key.
    func checkKey(_ text: String, _ place: String, at mark: YAMLMark) {
        if MarkedDescription.isKey(text) { return }
        error(
            "\(place) \(text.quoted) is not a valid name", at: mark,
            help: "use 1 to 63 of a-z, 0-9, \".\", \"_\" and \"-\", beginning with a letter or a digit")
    }
}
