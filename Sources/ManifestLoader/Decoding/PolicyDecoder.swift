import Model

/// Reads a document of kind Policy.
struct PolicyDecoder {
    static let documentFields = ["apiVersion", "kind", "spec"]
    static let specFields = [
        "owner", "ownership", "adopt", "prune", "max_delete_percent", "max_removed_percent", "max_row_errors",
        "variables", "include", "windows",
    ]
    /// What the Policy of an included directory may say.
    private static let includedFields = ["variables", "include"]

    let findings: Findings
    /// Whether the directory is one that another includes.
    var isIncluded = false

    func decode(_ root: YAMLNode) -> PolicyManifest {
        var manifest = PolicyManifest(policy: Policy(), mark: root.mark)
        guard let document = FieldReader(root, place: "", known: Self.documentFields, findings: findings) else {
            return manifest
        }
        _ = document.required("apiVersion")
        guard let node = document.node("spec"),
            let spec = FieldReader(node, place: "spec", known: Self.specFields, findings: findings)
        else { return manifest }
        if isIncluded { checkIncluded(spec) }

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
        manifest.policy.windows = WindowsDecoder(findings: findings).decode(spec)
        for (index, element) in (spec.list("include")?.elements ?? []).enumerated() {
            if let text = findings.filledString(element, "spec.include[\(index)]") {
                manifest.includes.append(ConnectionManifest.Claim(text: text, mark: element.mark))
            }
        }
        if manifest.policy.prune, spec.node("owner") == nil, !isIncluded {
            findings.error(
                "spec.prune needs an explicit owner", at: spec.node("prune")?.mark ?? spec.mark,
                help: "add \"owner\" to spec, so that no other directory's connections can be deleted")
        }
        return manifest
    }

    /// What holds for all connections is said once, by the directory that was given.
    private func checkIncluded(_ spec: FieldReader) {
        for pair in spec.pairs
        where Self.specFields.contains(pair.key) && !Self.includedFields.contains(pair.key) && !pair.value.isNull {
            findings.error(
                "spec.\(pair.key) has no place in the Policy of an included directory", at: pair.keyMark,
                help: "say it in the directory that includes this one; here a Policy gives variables and include")
        }
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
