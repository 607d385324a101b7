import JSON
import Model

/// Compares a definition three ways, as kubectl does: the manifest, what was sent and answered last, the account.
///
/// A field has *changed* where the manifest differs from what was last sent, and has *drifted* where the account
/// differs from what it answered right after. So defaults, trimmed blanks, null for empty and masked headers are no
/// difference, for ever. Without memory the manifest is compared with the account, tolerantly.
struct DefinitionComparison {
    var changes: [FieldChange] = []
    /// Paths whose value the account masks and that no memory vouches for.
    var notComparable: [String] = []

    private let sent: [String: String]?
    private let answered: [String: String]
    private let key: SipHash128.Key

    /// `desired` holds only what the manifest declares; `actual` is everything that the account shows.
    init(desired: [Field], actual: [Field], applied: AppliedConnection?, key: SipHash128.Key) {
        sent = applied?.sent?.fields
        answered = applied?.answered?.fields ?? [:]
        self.key = key
        let there = Dictionary(actual.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        for field in desired { compare(field, with: there[field.path]) }
        if sent != nil { compareUndeclared(desired: desired, actual: actual) }
        changes.sort { $0.path < $1.path }
    }

    private mutating func compare(_ wanted: Field, with found: Field?) {
        if Self.meanTheSame(wanted, found) { return }
        let isSensitive = wanted.isSensitive || found?.isSensitive == true
        var cause = FieldChange.Cause.differs
        if let sent, let sentText = sent[wanted.path] {
            let isChanged = wanted.fingerprint(key: key) != sentText
            var foundNow = found
            foundNow?.isSensitive = isSensitive
            let isDrifted = foundNow?.fingerprint(key: key) != answered[wanted.path]
            if !isChanged, !isDrifted { return }
            cause = isChanged ? isDrifted ? .manifestAndDrift : .manifest : .drift
        } else if sent != nil {
            cause = .manifest
        }
        if cause != .manifest, cause != .manifestAndDrift, isSensitive, let found, Self.isMasked(found.value) {
            notComparable.append(wanted.path)
            return
        }
        changes.append(
            FieldChange(
                path: wanted.path, old: found?.value, new: wanted.value, isSensitive: isSensitive, cause: cause))
    }

    /// Members of a declared object (headers, body, sample values) that the manifest does not have: they go where
    /// we put them there once, or where somebody added them since.
    private mutating func compareUndeclared(desired: [Field], actual: [Field]) {
        let declared = Set(desired.map(\.path))
        let containers = Set(desired.compactMap { Self.container(of: $0.path) })
        for found in actual where !declared.contains(found.path) {
            guard let container = Self.container(of: found.path), containers.contains(container) else { continue }
            // An empty object stands where members stand now, and the other way round.
            if declared.contains(where: { found.path.hasPrefix($0 + ".") || $0.hasPrefix(found.path + ".") }) {
                continue
            }
            let wasSent = sent?[found.path] != nil
            let isDrifted = answered[found.path] != found.fingerprint(key: key)
            if !wasSent, !isDrifted { continue }
            changes.append(
                FieldChange(
                    path: found.path, old: found.value, new: nil, isSensitive: found.isSensitive,
                    cause: wasSent ? isDrifted ? .manifestAndDrift : .manifest : .drift))
        }
    }

    /// `external_api_details.headers` for `external_api_details.headers.Accept`; nil for fields not in an object.
    private static func container(of path: String) -> String? {
        let parts = path.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? parts[0] + "." + parts[1] : nil
    }

    private static func meanTheSame(_ wanted: Field, _ found: Field?) -> Bool {
        let wanted = plain(wanted.value)
        let found = plain(found?.value ?? .null)
        return wanted.isEquivalent(to: found)
    }

    /// The value without what services do to texts: blanks at both ends, null for empty.
    private static func plain(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text):
            let trimmed = String(text.trimmingBlanksAtEnd.drop { $0.isWhitespace })
            return trimmed.isEmpty ? .null : .string(trimmed)
        case .object(let members) where members.isEmpty: return .null
        default: return value
        }
    }

    /// Whether a service shows this in place of a value that it keeps to itself.
    static func isMasked(_ value: JSONValue) -> Bool { MaskedValue.isMasked(value) }
}

extension Planner {
    /// Paths of what was sent and is not what the service shows right after: neither equal nor masked.
    package static func fieldsNotTaken(
        sent: [Field], answered: ActualConnection, sensitive: Set<String>
    ) -> [String] {
        let comparison = DefinitionComparison(
            desired: sent, actual: Field.all(of: answered, sensitive: sensitive), applied: nil, key: SipHash128.Key())
        return comparison.changes.map(\.path)
    }
}
