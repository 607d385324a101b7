import JSON

/// The fields of a definition, flat: path to value, so that two of them can be compared one by one.
///
/// Paths are dotted, `external_api_details.headers.Accept`; a dot within a name is written `\.`. Objects are taken
/// apart, arrays are values of their own. Sensitive values are kept as keyed digests only.
package struct FieldSnapshot: Sendable, Hashable, Codable {
    /// Path to value: JSON in normal form, or `keyed:` and 32 hexadecimal digits for what is sensitive.
    package var fields: [String: String]

    package init(fields: [String: String] = [:]) {
        self.fields = fields
    }

    /// What a manifest's definition says. The description stands there as the user's text, without a marker.
    package init(_ definition: Definition, key: SipHash128.Key) {
        fields = [:]
        for field in Field.all(of: definition) { fields[field.path] = field.fingerprint(key: key) }
        fields[Self.markerPath] = MarkedDescription.markerText(of: definition.description)
    }

    /// Under this path stands what a description held of a marker, without `data` and `at`; absent where it held none.
    package static let markerPath = "ownership marker"

    /// Under this path stands `true` where the manifest declared a description: one that it leaves out is carried along as
    /// the account has it, and is not ours to take away.
    package static let declaresDescription = "description is declared"

    /// What the service says. `sensitive` are the paths that are so on our side whatever their name.
    package init(_ actual: ActualConnection, sensitive: Set<String>, key: SipHash128.Key) {
        fields = [:]
        for field in Field.all(of: actual, sensitive: sensitive) {
            fields[field.path] = field.fingerprint(key: key)
        }
        fields[Self.markerPath] = MarkedDescription.markerText(of: actual.description)
    }
}

/// One field of a definition.
package struct Field: Sendable, Hashable {
    package var path: String
    package var value: JSONValue
    /// True where the value must not be shown or stored: it holds a secret, or it is a header's.
    package var isSensitive: Bool
    /// True where a secret that belongs into it is not at hand.
    package var isUnknown: Bool

    package init(path: String, value: JSONValue, isSensitive: Bool, isUnknown: Bool = false) {
        self.path = path
        self.value = value
        self.isSensitive = isSensitive || isUnknown
        self.isUnknown = isUnknown
    }

    /// One text for equal values; a keyed digest for sensitive ones.
    package func fingerprint(key: SipHash128.Key) -> String {
        let normal = value.normalText
        guard isSensitive else { return normal }
        var hash = SipHash128(key: key)
        hash.combine(path)
        hash.combine(0)
        hash.combine(normal)
        return "keyed:\(hash.finalize())"
    }

    /// For people: the value as JSON, or `(sensitive)`.
    package var shown: String { isSensitive ? "(sensitive)" : value.compactText }

    /// Name, description (the user's text) and every leaf of the details, sorted by path.
    package static func all(of definition: Definition) -> [Field] {
        var fields = common(name: definition.name, text: MarkedDescription(parsing: definition.description).text)
        if let details = definition.details { flatten(details, path: [detailsName], into: &fields) }
        return fields.sorted { $0.path < $1.path }
    }

    package static func all(of actual: ActualConnection, sensitive: Set<String> = []) -> [Field] {
        var fields = common(name: actual.name, text: actual.marked.text)
        if case .apiBased(let details) = actual.details {
            flatten(ConfigValue(details), path: [detailsName], into: &fields)
        }
        for index in fields.indices where sensitive.contains(fields[index].path) { fields[index].isSensitive = true }
        return fields.sorted { $0.path < $1.path }
    }

    package static let detailsName = "external_api_details"

    private static func common(name: String, text: String) -> [Field] {
        [
            Field(path: "name", value: .string(name), isSensitive: false),
            Field(path: "description", value: .string(text), isSensitive: false),
        ]
    }

    private static func flatten(_ value: ConfigValue, path: [String], into fields: inout [Field]) {
        if case .object(let members) = value, !members.isEmpty {
            for (name, member) in members { flatten(member, path: path + [name], into: &fields) }
            return
        }
        fields.append(
            Field(
                path: text(of: path), value: value.revealed(),
                isSensitive: isSensitiveHeader(path) || value.holdsSecret, isUnknown: value.holdsUnknown))
    }

    /// Whether the parts of a path lead to a header whose value is not to be shown.
    package static func isSensitiveHeader(_ path: [String]) -> Bool {
        path.count >= 3 && path[1] == "headers" && !HeaderRule.mayShow(path[2])
    }

    /// The path as it is written, with dots between its parts.
    package static func text(of path: [String]) -> String {
        path.map { $0.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "\\.") }
            .joined(separator: ".")
    }
}
