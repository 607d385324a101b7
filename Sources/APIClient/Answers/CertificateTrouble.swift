/// What is the matter with a certificate, in words that lead somewhere; the library's own stand behind them.
enum CertificateTrouble {
    private enum Kind { case unknownAuthority, otherHost, expired, notYetValid, unreadableFile, other }

    private static func kind(_ words: String) -> Kind {
        let text = words.lowercased()
        func has(_ parts: String...) -> Bool { parts.contains { text.contains($0) } }
        if has("error setting certificate", "trust anchors", "error reading ca") { return .unreadableFile }
        if has("no alternative certificate", "does not match", "subject name") { return .otherHost }
        if has("expired") { return .expired }
        if has("not yet valid") { return .notYetValid }
        if has("issuer", "self-signed", "self signed", "unknown ca") { return .unknownAuthority }
        return .other
    }

    static func named(_ words: String) -> String {
        switch kind(words) {
        case .unknownAuthority: "this machine does not know the authority that signed its certificate (\(words))"
        case .otherHost: "its certificate is for another host (\(words))"
        case .expired: "its certificate has expired (\(words))"
        case .notYetValid: "its certificate is not valid yet (\(words))"
        case .unreadableFile: "the file of trusted certificates cannot be used (\(words))"
        case .other: words
        }
    }

    static func help(_ words: String) -> String {
        switch kind(words) {
        case .unknownAuthority:
            "if it is your company's own, name its file in SSL_CERT_FILE, or add it to the system's by "
                + "update-ca-certificates; if not, somebody stands in between"
        case .otherHost: "check the host in the API URL"
        case .expired: "check the clock of this machine; if it is right, the server needs a new certificate"
        case .notYetValid: "check the clock of this machine"
        case .unreadableFile: "check SSL_CERT_FILE, SSL_CERT_DIR and CURL_CA_BUNDLE: PEM, and readable"
        case .other: "check the API URL, the certificates of this machine and its clock"
        }
    }
}
