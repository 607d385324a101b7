import JSON
import Model

/// Puts single fields of `external_api_details` back to what the account has.
struct HeldBackDetails {
    /// As `Field.path` writes them.
    let paths: Set<String>

    /// `wanted` with the values that `there` has at the paths; what `there` lacks at a path is left out.
    func merge(_ wanted: ConfigValue?, _ there: JSONValue) -> ConfigValue? {
        merge(wanted, there, path: Field.detailsName)
    }

    private func merge(_ wanted: ConfigValue?, _ there: JSONValue?, path: String) -> ConfigValue? {
        if paths.contains(path) { return there.flatMap { $0.isNull ? nil : Self.carried($0) } }
        guard paths.contains(where: { $0.hasPrefix(path + ".") }) else { return wanted }
        var members: [String: ConfigValue] = [:]
        if case .object(let object) = wanted { members = object }
        let found = there?.objectValue ?? []
        for name in Set(members.keys).union(found.map(\.key)) {
            let escaped = name.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "\\.")
            members[name] = merge(members[name], there?[name], path: "\(path).\(escaped)")
        }
        return .object(members)
    }

    /// Whatever the account has may be a secret.
    private static func carried(_ value: JSONValue) -> ConfigValue {
        guard let text = value.stringValue else { return ConfigValue(value) }
        return .string(ConfigString(text, isSecret: true))
    }
}
