import Model

/// What only shows when all manifests lie side by side: names, pins and policies that collide.
struct ManifestComparison {
    private typealias Place = (file: Int, mark: YAMLMark)

    private let files: [ManifestFile]
    private var keys: [String: Place] = [:]
    private var renames: [String: Place] = [:]
    private var pins: [String: Place] = [:]

    private init(files: [ManifestFile]) {
        self.files = files
        keys.reserveCapacity(files.count)
    }

    /// Adds an error to the later of two files for everything that collides.
    static func check(_ files: [ManifestFile]) {
        if mayCollide(files) {
            var comparison = ManifestComparison(files: files)
            comparison.check()
        }
    }

    /// A warning for each two connections that would be alike in the account.
    static func twins(_ desired: DesiredState) -> [Diagnostic] {
        var first: [String: Int] = [:]
        first.reserveCapacity(desired.connections.count)
        var warnings: [Diagnostic] = []
        for index in desired.connections.indices {
            guard let known = first.updateIfAbsent(desired.connections[index].name, index) else { continue }
            let (one, other) = (desired.connections[known], desired.connections[index])
            guard one.primaryKey == other.primaryKey else { continue }
            var warning = Diagnostic(
                .warning,
                "the manifests \(one.key) and \(other.key) have the same spec.name, \(one.name.quoted), and primary_key: "
                    + "in the account nobody can tell the two apart",
                at: other.places.manifest, help: "give each connection a name of its own")
            warning.notes = [Diagnostic.Note("the first is here", at: one.places.manifest)]
            warnings.append(warning)
        }
        return warnings
    }

    private mutating func check() {
        var policies: [Int: Place] = [:]
        for file in files.indices {
            for manifest in files[file].connections.indices {
                if let key = files[file].connections[manifest].key { claim(key: key, file) }
                if let uuid = files[file].connections[manifest].pinnedUUID { claim(pin: uuid, file) }
            }
            for manifest in files[file].policies {
                claim(policyAt: (file, manifest.mark), first: &policies[files[file].tree])
            }
        }
        // Only now are all names known that a rename must not come from.
        for file in files.indices {
            for manifest in files[file].connections.indices {
                if let old = files[file].connections[manifest].renamedFrom { claim(rename: old, file) }
            }
        }
    }

    /// False where one look at each manifest shows that nothing can: names ascend, as they do where files are called
    /// like what they declare, and there are no pins, no renames and no two policies.
    private static func mayCollide(_ files: [ManifestFile]) -> Bool {
        var last: String?
        var policies = 0
        for file in files.indices {
            policies += files[file].policies.count
            for manifest in files[file].connections.indices {
                if files[file].connections[manifest].renamedFrom != nil { return true }
                if files[file].connections[manifest].pinnedUUID != nil { return true }
                guard let key = files[file].connections[manifest].key?.text else { continue }
                if let last, last >= key { return true }
                last = key
            }
        }
        return policies > 1
    }

    private mutating func claim(key: ConnectionManifest.Claim, _ file: Int) {
        guard let first = keys.updateIfAbsent(key.text, (file, key.mark)) else { return }
        let isIncluded = files[first.file].tree != files[file].tree
        report(
            "metadata.name \(key.text.quoted) is taken by another manifest", at: (file, key.mark),
            help: isIncluded
                ? "rename one, or change the included one with kind: DataConnectionPatch"
                : "names are unique in a directory of manifests; rename one", first: first)
    }

    private mutating func claim(pin uuid: ConnectionManifest.Claim, _ file: Int) {
        guard let first = pins.updateIfAbsent(uuid.text, (file, uuid.mark)) else { return }
        report(
            "spec.data_connection_uuid \(uuid.text) is pinned by another manifest, too", at: (file, uuid.mark),
            help: "a connection belongs to one manifest; remove one of the pins", first: first)
    }

    private mutating func claim(rename old: ConnectionManifest.Claim, _ file: Int) {
        if let other = keys[old.text] {
            report(
                "metadata.renamed_from \(old.text.quoted) is the name of another manifest", at: (file, old.mark),
                help: "a name can be left only by one that no longer has it; rename or remove the other",
                first: other, note: "this manifest has that name")
        } else if let first = renames.updateIfAbsent(old.text, (file, old.mark)) {
            report(
                "metadata.renamed_from \(old.text.quoted) is given by another manifest, too", at: (file, old.mark),
                help: "one connection cannot become two; keep one of them", first: first)
        }
    }

    private func claim(policyAt place: Place, first: inout Place?) {
        guard let known = first else {
            first = place
            return
        }
        report(
            "a directory of manifests has at most one Policy", at: place, help: "merge the two", first: known)
    }

    private func report(_ message: String, at place: Place, help: String, first: Place, note: String? = nil) {
        let findings = files[place.file].findings
        var diagnostic = findings.diagnostic(.error, message, at: place.mark, help: help)
        let other = files[first.file].findings.location(first.mark)
        diagnostic.notes = [Diagnostic.Note(note ?? "the first is here", at: other)]
        findings.add(diagnostic)
    }
}

extension Dictionary {
    /// Stores the value where the key is new; otherwise returns the value that is there.
    fileprivate mutating func updateIfAbsent(_ key: Key, _ value: Value) -> Value? {
        if let known = self[key] { return known }
        self[key] = value
        return nil
    }
}
