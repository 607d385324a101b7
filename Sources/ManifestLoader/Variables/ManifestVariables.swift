import Model

/// Values for `${var:NAME}` in the strings of manifests: not secret, and shown as they are.
package struct ManifestVariables: Sendable, Hashable {
    package private(set) var values: [String: String] = [:]

    package init() {}

    /// `[A-Za-z_][A-Za-z0-9_]*`.
    package static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first == UInt8(ascii: "_") || first.isASCIILetterOrDigit, !first.isASCIIDigit
        else { return false }
        return name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0.isASCIILetterOrDigit }
    }

    /// Those of another source weigh more.
    package mutating func merge(_ others: [String: String]) { values.merge(others) { _, new in new } }

    package func merging(_ others: ManifestVariables) -> ManifestVariables {
        var merged = self
        merged.merge(others.values)
        return merged
    }

    /// The members of a YAML mapping of strings, as `--var-file` names it. Errors: what is wrong with it.
    package static func values(ofFile path: String, bytes: [UInt8]) -> Result<[String: String], DiagnosticList> {
        let findings = Findings(source: SourceFile(path: path, bytes: bytes))
        var values: [String: String] = [:]
        YAMLComposer.documents(of: findings) { root in
            if !root.isNull {
                values.merge(Self.values(root, place: "a file of variables", findings)) { _, new in new }
            }
        }
        let diagnostics = findings.finish()
        return diagnostics.hasErrors ? .failure(DiagnosticList(diagnostics: diagnostics)) : .success(values)
    }

    /// Reads a mapping of names and values; what is wrong goes to the findings.
    static func values(_ node: YAMLNode, place: String, _ findings: Findings) -> [String: String] {
        guard case .mapping(let pairs) = node.content else {
            findings.error(
                "\(place) must be a mapping, not \(node.described)", at: node.mark, help: "write it as {NAME: value}")
            return [:]
        }
        var values: [String: String] = [:]
        for pair in pairs {
            guard isName(pair.key) else {
                findings.error(
                    "\(pair.key.quoted) is not a name of a variable", at: pair.keyMark,
                    help: "names are letters, digits and _, and do not begin with a digit")
                continue
            }
            guard let text = findings.string(pair.value, "\(place).\(pair.key)") else { continue }
            if text.containsBytes(of: "${") {
                findings.error(
                    "the value of the variable \(pair.key) must not hold ${", at: pair.value.mark,
                    help: "references stand in manifests themselves")
                continue
            }
            values[pair.key] = text
        }
        return values
    }
}

/// What is wrong with a file.
package struct DiagnosticList: Error, Sendable {
    package var diagnostics: [Diagnostic]
}

/// Puts values in the place of `${var:NAME}` in all strings of a document.
struct VariableSubstitution {
    let variables: ManifestVariables
    let findings: Findings

    static let opening: StaticString = "${var:"

    func apply(to node: YAMLNode) -> YAMLNode {
        var node = node
        switch node.content {
        case .scalar(var scalar):
            guard scalar.text.containsBytes(of: Self.opening) else { return node }
            // Within braces a reference needs quotes, and may stand for a number all the same.
            let isWhole = scalar.text.hasPrefix("${var:") && scalar.text.firstIndex(of: "}") == scalar.text.indices.last
            scalar.text = substituted(scalar.text, at: node.mark)
            if isWhole { scalar.style = .plain }
            node.content = .scalar(scalar)
        case .sequence(let elements): node.content = .sequence(elements.map(apply))
        case .mapping(let pairs):
            node.content = .mapping(
                pairs.map { pair in
                    var pair = pair
                    if pair.key.containsBytes(of: Self.opening) {
                        findings.error(
                            "a variable must not stand in a name", at: pair.keyMark, help: "put it into the value")
                    }
                    pair.value = apply(to: pair.value)
                    return pair
                })
        }
        return node
    }

    private func substituted(_ text: String, at mark: YAMLMark) -> String {
        var result = ""
        var rest = text[...]
        while let found = rest.range(ofBytes: "${var:") {
            result += rest[..<found.lowerBound]
            guard let end = rest[found.upperBound...].firstIndex(of: "}") else {
                findings.error("${var: without its }", at: mark, help: "write ${var:NAME}")
                return text
            }
            let name = String(rest[found.upperBound..<end])
            // `$${` is a literal, as for secrets.
            if result.hasSuffix("$") {
                result += rest[found.lowerBound...end]
            } else if let value = variables.values[name] {
                result += value
            } else {
                let known = variables.values.keys.sorted()
                findings.error(
                    "the variable \(name.quoted) is not defined", at: mark,
                    help: NearestName.find(name, in: known).map { "did you mean \"\($0)\"?" }
                        ?? "put it into the Policy's variables, or give --var \(name)=VALUE")
            }
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}

extension Substring {
    /// Where those characters stand first.
    fileprivate func range(ofBytes text: String) -> Range<Index>? {
        guard let first = text.first else { return nil }
        var start = startIndex
        while let found = self[start...].firstIndex(of: first) {
            if self[found...].hasPrefix(text) { return found..<index(found, offsetBy: text.count) }
            start = index(after: found)
        }
        return nil
    }
}
