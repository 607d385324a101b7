/// `${env:NAME}` or `${credential:NAME}`, well-formed or not.
struct SecretReference: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable, CaseIterable {
        case environment = "env"
        case credential
    }

    var kind: Kind
    var name: String

    /// The credentials that hold the keys of the API itself.
    static let keyNames = ["x-api-key", "x-brand-key"]
    static let environmentPrefix = "RECONCILE_"
    /// What systemd puts before the names of files where a unit loads a directory of them as the credential `reconcile`.
    package static let loadedPrefix = "reconcile_"

    /// As it stands in a manifest.
    var text: String { "${\(kind.rawValue):\(name)}" }

    /// Why the reference can never be resolved, whatever is defined; nil for a good one.
    var problem: SecretProblem? {
        switch kind {
        case .environment:
            let isName = name.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "_") }
            if name.hasPrefix(Self.environmentPrefix), name.utf8.count > Self.environmentPrefix.utf8.count, isName {
                return nil
            }
            return SecretProblem(
                "the environment variable \(name.quoted) is out of a manifest's reach",
                help: "use a variable whose name begins with \(Self.environmentPrefix)")
        case .credential:
            let plain = name.lowercased()
            let own = plain.hasPrefix(Self.loadedPrefix) ? String(plain.dropFirst(Self.loadedPrefix.count)) : plain
            if Self.keyNames.contains(own) {
                return SecretProblem(
                    "the credential \(name.quoted) holds a key of the API, which no manifest may read",
                    help: "give the connection a credential of its own")
            }
            let isRest = name.utf8.allSatisfy { $0.isASCIILetterOrDigit || "_-.".utf8.contains($0) }
            if isRest, let first = name.utf8.first, first != UInt8(ascii: ".") { return nil }
            return SecretProblem(
                "\(name.quoted) is not the name of a credential",
                help: "use letters, digits, \"_\", \"-\" and \".\", not beginning with \".\"")
        }
    }
}
