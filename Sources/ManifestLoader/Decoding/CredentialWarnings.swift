import Model

/// Warns of what looks like a credential in a manifest: everybody who reads the repository reads it.
struct CredentialWarnings {
    let findings: Findings

    private static let help =
        "put the value into a file NAME of the credentials directory and write ${credential:NAME} in its place, or "
        + "${env:RECONCILE_…}; if it was ever pushed, have it renewed"

    /// A header's value without a reference in it.
    func header(_ name: String, _ value: ConfigString, at node: YAMLNode) {
        if value.isSecret { return }
        let text = value.reveal()
        let isNamed = SecretShape.isName(name)
        let scheme = text.utf8.contains(UInt8(ascii: " ")) ? SecretShape.scheme(of: text) : ""
        guard
            isNamed || !scheme.isEmpty || SecretShape.isToken(text) && !SecretShape.isPlainHeader(name),
            SecretShape.isConstant(String(text.dropFirst(scheme.count)))
        else { return }
        warn("the header \(name)", at: node)
    }

    /// A string of the body, under that name.
    func body(_ name: String, _ value: ConfigString, at node: YAMLNode) {
        if value.isSecret { return }
        let text = value.reveal()
        guard SecretShape.isName(name, isDocument: true) || SecretShape.isToken(text), SecretShape.isConstant(text)
        else { return }
        warn("\(name.isEmpty ? "an element" : name.quoted) of the body", at: node)
    }

    /// The password before the host, and the values of the query.
    func url(_ value: ConfigString, at node: YAMLNode) {
        if value.isSecret { return }
        let url = value.reveal()
        // Nearly all have neither a query nor a user.
        guard url.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "@") }) else { return }
        let parts = URLParts(url)
        if let password = parts.password, SecretShape.isConstant(password) {
            return warn("the password in the url", at: node)
        }
        for (name, value) in parts.parameters
        where SecretShape.isName(name) || SecretShape.isToken(value) {
            if SecretShape.isConstant(value) { return warn("the parameter \(name) of the url", at: node) }
        }
    }

    /// A connection that hands a credential over where anybody on the way reads it.
    func plainText(_ details: [String: ConfigValue], at node: YAMLNode) {
        guard case .string(let url)? = details["url"], url.reveal().utf8.prefix(5).elementsEqual("http:".utf8),
            details.values.contains(where: \.holdsSecret)
        else { return }
        findings.hide(node)
        findings.warning(
            "\(DetailsDecoder.place).url sends a credential without encryption: it begins with http://", at: node.mark,
            help: "write https://")
    }

    private func warn(_ what: String, at node: YAMLNode) {
        findings.hide(node)
        findings.warning(
            "\(what) looks like a credential, and stands in the manifest for all to read", at: node.mark,
            help: Self.help)
    }
}
