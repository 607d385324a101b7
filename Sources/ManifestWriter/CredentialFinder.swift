import JSON
import Model

/// Takes the credentials out of `external_api_details` and leaves references to files in their place.
///
/// What is not a credential gets its `${` escaped, so that it comes back from a manifest as it is in the account.
struct CredentialFinder {
    /// Begins the names of the credentials: the manifest's name.
    let prefix: String
    private(set) var notes: [CredentialNote] = []
    private var used: Set<String> = []
    /// Names by value: what stands in several places is one credential.
    private var known: [String: String] = [:]

    /// Those of the API itself, which no manifest may refer to.
    private static let forbidden: Set<String> = ["x-api-key", "x-brand-key"]

    init(prefix: String) { self.prefix = prefix }

    /// A string without a credential.
    static func escaped(_ text: String) -> String { text.replacing("${", with: "$${") }

    mutating func header(_ name: String, _ value: String) -> String {
        let isMasked = MaskedValue.isMasked(.string(value))
        guard isMasked || SecretShape.isConstant(value) else { return Self.escaped(value) }
        let scheme = SecretShape.scheme(of: value)
        let secret = String(value.dropFirst(scheme.count))
        guard
            isMasked || SecretShape.isName(name) || !scheme.isEmpty && SecretShape.isConstant(secret)
                || !SecretShape.isPlainHeader(name) && SecretShape.isToken(value)
        else { return Self.escaped(value) }
        // `Bearer {token}` is filled in by whoever asks.
        if !isMasked, !SecretShape.isConstant(secret) { return Self.escaped(value) }
        return Self.escaped(scheme)
            + reference(
                name, secret, place: "the header \(name)", scheme: scheme, isMasked: isMasked)
    }

    /// The password before the host and the values of the query.
    mutating func url(_ url: String) -> String {
        var head = url[...]
        var fragment: Substring = ""
        if let hash = head.firstIndex(of: "#") { (head, fragment) = (head[..<hash], head[hash...]) }
        var query: Substring?
        if let mark = head.firstIndex(of: "?") { (head, query) = (head[..<mark], head[head.index(after: mark)...]) }
        var out = base(head)
        if let query {
            let parts = query.split(separator: "&", omittingEmptySubsequences: false)
            out += "?" + parts.map { parameter($0) }.joined(separator: "&")
        }
        return out + Self.escaped(String(fragment))
    }

    /// What stands before the query: webhooks carry their key in the path.
    private mutating func base(_ head: Substring) -> String {
        guard let slashes = head.firstRange(of: "://") else { return path(head) }
        let host = head[slashes.upperBound...].prefix { $0 != "/" }
        return userInfo(head[..<host.endIndex], host) + path(head[host.endIndex...])
    }

    private mutating func path(_ path: Substring) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return parts.map { part in
            guard SecretShape.isToken(part), SecretShape.isConstant(part) else { return Self.escaped(part) }
            return reference("path", part, place: "a part of the url's path")
        }.joined(separator: "/")
    }

    private mutating func userInfo(_ head: Substring, _ host: Substring) -> String {
        guard let at = host.lastIndex(of: "@"), let colon = host[..<at].firstIndex(of: ":"),
            SecretShape.isConstant(String(host[host.index(after: colon)..<at]))
        else { return Self.escaped(String(head)) }
        let password = String(host[host.index(after: colon)..<at])
        return Self.escaped(String(head[...colon])) + reference("password", password, place: "the password in the url")
            + Self.escaped(String(head[at...]))
    }

    private mutating func parameter(_ part: Substring) -> String {
        guard let equals = part.firstIndex(of: "=") else { return Self.escaped(String(part)) }
        let (name, value) = (String(part[..<equals]), String(part[part.index(after: equals)...]))
        guard SecretShape.isName(name) || SecretShape.isToken(value), SecretShape.isConstant(value) else {
            return Self.escaped(String(part))
        }
        return Self.escaped(name) + "=" + reference(name, value, place: "the parameter \(name) of the url")
    }

    /// A document with its strings replaced; `name` is the key that it stands under, empty at the top.
    mutating func body(_ value: JSONValue, name: String = "", path: String = "body") -> JSONValue {
        switch value {
        case .object(let members):
            var replaced: [JSONMember] = []
            for member in members {
                replaced.append(
                    JSONMember(
                        member.key, body(member.value, name: member.key, path: "\(path).\(member.key)")))
            }
            return .object(replaced)
        case .array(let elements):
            var replaced: [JSONValue] = []
            for element in elements { replaced.append(body(element, name: name, path: path)) }
            return .array(replaced)
        case .string(let text):
            let isNamed = SecretShape.isName(name, isDocument: true)
            let isMasked = isNamed && MaskedValue.isMasked(value)
            guard isMasked || SecretShape.isConstant(text) && (isNamed || SecretShape.isToken(text))
            else { return .string(Self.escaped(text)) }
            return .string(reference(name.isEmpty ? "body" : name, text, place: path, isMasked: isMasked))
        case .null, .bool, .number: return value
        }
    }

    private mutating func reference(
        _ name: String, _ value: String, place: String, scheme: String = "", isMasked: Bool = false
    ) -> String {
        if !isMasked, let credential = known[value] {
            if let index = notes.firstIndex(where: { $0.name == credential }) { notes[index].place += " and \(place)" }
            return "${credential:\(credential)}"
        }
        let base = prefix + "-" + (ManifestName.slug(name) ?? "credential")
        var credential = Self.forbidden.contains(base) ? base + "-credential" : base
        var number = 2
        while !used.insert(credential).inserted {
            credential = "\(base)-\(number)"
            number += 1
        }
        if !isMasked { known[value] = credential }
        notes.append(
            CredentialNote(
                name: credential, place: place, scheme: scheme, isMasked: isMasked,
                value: isMasked ? nil : ConfigString(value, isSecret: true)))
        return "${credential:\(credential)}"
    }
}
