import Model

/// What restricts a run to some of the manifests.
package enum RunFilter: Sendable, Hashable {
    /// `--name`, each the `metadata.name` of a manifest.
    case names([String])
    /// `--selector`.
    case selector(LabelSelector)

    /// As the user gave it: `--selector team=crm`.
    package var text: String {
        switch self {
        case .names(let names): names.map { "--name \($0)" }.joined(separator: " ")
        case .selector(let selector): "--selector \(selector.text)"
        }
    }

    /// The manifests that it means.
    package func restriction(of desired: DesiredState) throws(UnknownName) -> Restriction {
        var restriction = Restriction(text: text)
        switch self {
        case .names(let names):
            let keys = desired.connections.map(\.key)
            for name in names where !keys.contains(name) { throw unknown(name, in: desired) }
            restriction.keys = Set(names)
        case .selector(let selector):
            for connection in desired.connections where selector.matches(connection.labels) {
                restriction.keys.insert(connection.key)
            }
            if restriction.keys.isEmpty { restriction.note = nothingMatches(desired) }
        }
        restriction.leftOut = desired.connections.count - restriction.keys.count
        return restriction
    }

    private func unknown(_ name: String, in desired: DesiredState) -> UnknownName {
        if let renamed = desired.connections.first(where: { $0.renamedFrom == name }) {
            return UnknownName(
                message: "there is no manifest \"\(name)\"", help: "it was renamed to \"\(renamed.key)\"")
        }
        if desired.connections.isEmpty {
            return UnknownName(
                message: "there is no manifest \"\(name)\"", help: "the directory declares no connection at all")
        }
        return UnknownName(
            message: "there is no manifest \"\(name)\"",
            help: NearestName.help(for: name, among: desired.connections.map(\.key), kind: "manifests"))
    }

    private func nothingMatches(_ desired: DesiredState) -> String {
        let names = Set(desired.connections.flatMap(\.labels.keys)).sorted()
        let known =
            names.isEmpty
            ? "no manifest has labels"
            : "the labels are \(names.prefix(10).joined(separator: ", "))"
                + (names.count > 10 ? " and \(names.count - 10) more" : "")
        return "no connection matches \(text); \(known)"
    }
}

/// The part of a directory that a run is about.
package struct Restriction: Sendable, Hashable {
    /// As the user gave it.
    package var text: String
    package var keys: Set<String> = []
    /// Manifests that are left alone.
    package var leftOut = 0
    /// Said where it means nothing at all.
    package var note: String?

    package init(text: String) { self.text = text }
}
