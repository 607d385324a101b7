/// The Policy beside manifests whose connections belong to an owner that is not the default.
package enum ExportedPolicy {
    /// The contents of its file.
    package static func text(owner: String) -> String {
        var writer = YAMLWriter()
        writer.comment("Exported from the account: whose connections these are.")
        writer.member("apiVersion", "reconcile/v1", depth: 0)
        writer.member("kind", "Policy", depth: 0)
        writer.member("spec", ["owner": .string(owner)], depth: 0)
        return writer.text
    }
}
