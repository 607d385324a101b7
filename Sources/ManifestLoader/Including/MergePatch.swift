/// Changes a document as a JSON merge patch (RFC 7396) says: members are replaced, mappings member by member; null takes
/// away.
struct MergePatch {
    /// Of the file whose document is changed.
    let findings: Findings

    /// The document with all patches; what is wrong is told at the patch. The document counts as layered from then on.
    func merge(_ patches: [PatchManifest], into root: YAMLNode) -> YAMLNode {
        var merged = root
        findings.layered = (root.mark, [])
        for patch in patches {
            guard let file = findings.layer(patch.findings) else {
                findings.error(
                    "manifests of this file are changed by more than \(YAMLMark.maxFiles) other files", at: root.mark,
                    help: "put the patches into fewer files")
                break
            }
            findings.layered?.patches.append(patch.key.mark.inFile(file))
            guard case .mapping(let pairs) = patch.root.inFile(file).content else { continue }
            for pair in pairs where pair.key == "spec" || pair.key == "metadata" {
                var change = pair
                // The name is whom it is about, not what it changes.
                if pair.key == "metadata", case .mapping(let members) = pair.value.content {
                    change.value.content = .mapping(members.filter { $0.key != "name" })
                }
                merged = apply([change], to: merged, place: "")
            }
        }
        return merged
    }

    private func apply(_ changes: [YAMLPair], to target: YAMLNode, place: String) -> YAMLNode {
        var result = target
        var pairs: [YAMLPair] = []
        if case .mapping(let members) = target.content { pairs = members }
        for change in changes {
            let name = place.isEmpty ? change.key : "\(place).\(change.key)"
            let index = pairs.index(of: change.key)
            if change.value.isNull {
                if let index {
                    pairs.remove(at: index)
                } else {
                    findings.error(
                        "there is no \(name) to be taken away", at: change.keyMark,
                        help: "null takes away what the included manifest has; remove the line")
                }
            } else if case .mapping(let inner) = change.value.content {
                let empty = YAMLNode(mark: change.value.mark, content: .mapping([]))
                let merged = apply(inner, to: index.map { pairs[$0].value } ?? empty, place: name)
                if let index { pairs[index].value = merged } else { pairs.append(change.with(merged)) }
            } else if let index {
                pairs[index].value = change.value
            } else {
                pairs.append(change)
            }
        }
        result.content = .mapping(pairs)
        return result
    }
}

extension YAMLPair {
    fileprivate func with(_ value: YAMLNode) -> YAMLPair {
        YAMLPair(key: key, keyMark: keyMark, value: value)
    }
}

extension YAMLNode {
    /// `metadata.name` as it is written.
    var metadataName: String? {
        guard case .mapping(let pairs) = content, let metadata = pairs.index(of: "metadata"),
            case .mapping(let members) = pairs[metadata].value.content, let name = members.index(of: "name")
        else { return nil }
        return members[name].value.scalar?.text
    }

    /// The same, all its places being those of another file.
    func inFile(_ file: Int) -> YAMLNode {
        var node = self
        node.mark = mark.inFile(file)
        switch content {
        case .scalar(var scalar):
            scalar.end = scalar.end.inFile(file)
            node.content = .scalar(scalar)
        case .sequence(let elements): node.content = .sequence(elements.map { $0.inFile(file) })
        case .mapping(let pairs):
            node.content = .mapping(
                pairs.map { YAMLPair(key: $0.key, keyMark: $0.keyMark.inFile(file), value: $0.value.inFile(file)) })
        }
        return node
    }
}
