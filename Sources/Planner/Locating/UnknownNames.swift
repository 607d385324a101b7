import Model

/// A name that an option gives and that nothing has: it would lift a safeguard of nothing, while the one that was meant
/// stays refused.
package struct UnknownName: Error, Sendable, Hashable {
    package var message: String
    package var help: String

    package init(message: String, help: String) {
        self.message = message
        self.help = help
    }
}

extension LocatedState {
    /// The first name of the options that neither a manifest nor a connection of ours has.
    package func unknownName(in options: PlanningOptions) -> UnknownName? {
        let manifests = connections.map(\.key)
        let deletable = manifests + orphans.map(\.key)
        return Self.unknown(options.adopt, option: "--adopt", among: manifests, kind: "manifests")
            ?? Self.unknown(options.allowRemoved, option: "--allow-removed", among: manifests, kind: "manifests")
            ?? Self.unknown(options.allowDelete, option: "--allow-delete", among: deletable, kind: "connections")
    }

    private static func unknown(
        _ names: Set<String>, option: String, among known: [String], kind: String
    ) -> UnknownName? {
        guard let name = names.subtracting(known).min() else { return nil }
        let none = "there is none at all"
        return UnknownName(
            message: "\(option) \(name): no \(kind == "manifests" ? "manifest" : "connection of ours") has that name",
            help: known.isEmpty ? none : NearestName.help(for: name, among: known, kind: kind))
    }
}
