import Model

/// Gives each connection a name of its own, the same in every run over the same account.
struct ManifestNames {
    /// Names that stand already: the keys of ownership markers, and of the manifests that lie in the directory.
    let taken: Set<String>

    /// By uuid. Where two would be called alike, all of them get the beginning of their uuid behind the name, so that
    /// the order of the list makes no difference.
    func names(of connections: [ActualConnection]) -> [String: String] {
        var wanted: [String: [ActualConnection]] = [:]
        for connection in connections {
            wanted[ManifestName.slug(connection.name) ?? "connection", default: []].append(connection)
        }
        var names: [String: String] = [:]
        var used = taken
        for (slug, sharers) in wanted.sorted(by: { $0.key < $1.key }) {
            let isAlone = sharers.count == 1 && slug != "connection" && !used.contains(slug)
            for connection in sharers.sorted(by: { $0.uuid < $1.uuid }) {
                let name = isAlone ? slug : told(slug, connection.uuid, used)
                names[connection.uuid] = name
                used.insert(name)
            }
        }
        return names
    }

    private func told(_ slug: String, _ uuid: String, _ used: Set<String>) -> String {
        let digits = ManifestName.slug(uuid)?.replacing("-", with: "") ?? ""
        for length in [8, 16, 32] {
            let name = ManifestName.joined(slug, String(digits.prefix(length)))
            if !digits.isEmpty, !used.contains(name) { return name }
        }
        var number = 2
        while used.contains(ManifestName.joined(slug, "\(number)")) { number += 1 }
        return ManifestName.joined(slug, "\(number)")
    }
}
