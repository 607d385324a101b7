import Model

/// What only shows when all manifests lie side by side: names, pins and policies that collide.
struct ManifestComparison {
    private typealias Place = (file: Int, mark: YAMLMark)

    let files: [ManifestFile]

    /// Adds an error to the later of two files for everything that collides.
    func check() {
        checkKeys()
        checkPins()
        checkPolicies()
    }

    private func checkKeys() {
        var keys: [String: Place] = [:]
        var renames: [String: Place] = [:]
        for (index, manifest) in connections {
            guard let key = manifest.key else { continue }
            if let first = keys[key.text] {
                report(
                    "metadata.name \(key.text.quoted) is taken by another manifest", at: (index, key.mark),
                    help: "names are unique in a directory of manifests; rename one", first: first)
            } else {
                keys[key.text] = (index, key.mark)
            }
        }
        for (index, manifest) in connections {
            guard let old = manifest.renamedFrom else { continue }
            if let other = keys[old.text] {
                report(
                    "metadata.renamed_from \(old.text.quoted) is the name of another manifest", at: (index, old.mark),
                    help: "a name can be left only by one that no longer has it; rename or remove the other",
                    first: other, note: "this manifest has that name")
            } else if let first = renames[old.text] {
                report(
                    "metadata.renamed_from \(old.text.quoted) is given by another manifest, too",
                    at: (index, old.mark), help: "one connection cannot become two; keep one of them", first: first)
            } else {
                renames[old.text] = (index, old.mark)
            }
        }
    }

    private func checkPins() {
        var pins: [String: Place] = [:]
        for (index, manifest) in connections {
            guard let uuid = manifest.pinnedUUID else { continue }
            if let first = pins[uuid.text] {
                report(
                    "spec.data_connection_uuid \(uuid.text) is pinned by another manifest, too",
                    at: (index, uuid.mark), help: "a connection belongs to one manifest; remove one of the pins",
                    first: first)
            } else {
                pins[uuid.text] = (index, uuid.mark)
            }
        }
    }

    private func checkPolicies() {
        var first: Place?
        for (index, file) in files.enumerated() {
            for policy in file.policies {
                if let first {
                    report(
                        "a directory of manifests has at most one Policy", at: (index, policy.mark),
                        help: "merge the two", first: first)
                } else {
                    first = (index, policy.mark)
                }
            }
        }
    }

    private var connections: some Sequence<(Int, ConnectionManifest)> {
        files.enumerated().lazy.flatMap { index, file in file.connections.lazy.map { (index, $0) } }
    }

    private func report(_ message: String, at place: Place, help: String, first: Place, note: String? = nil) {
        let findings = files[place.file].findings
        var diagnostic = findings.diagnostic(.error, message, at: place.mark, help: help)
        let other = files[first.file].findings.location(first.mark)
        diagnostic.notes = [Diagnostic.Note(note ?? "the first is here", at: other)]
        findings.add(diagnostic)
    }
}
