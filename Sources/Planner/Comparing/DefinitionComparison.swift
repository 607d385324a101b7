import JSON
import Model

/// Compares a definition three ways, as kubectl does: the manifest, what was sent and answered last, the account.
///
/// A field has *changed* where the manifest differs from what was last sent, and has *drifted* where the account
/// differs from what it answered right after. So defaults, trimmed blanks, null for empty and masked headers are no
/// difference, for ever. Without memory the manifest is compared with the account, tolerantly.
///
/// What an update would take away counts as well: members of an object that the manifest declares go where the account
/// has more of them, and whole blocks that the manifest declared once and no longer does.
struct DefinitionComparison {
    /// What no state remembers: what may be secret, and why the two differ.
    struct Blind {
        /// Why they differ, where they do; nil where nothing may be said to differ.
        var cause: FieldChange.Cause?
        /// Whether that the manifest changed is known, so that a masked value may be what did.
        var tellsMasked = false
        /// Whether text of the account may be a secret, by what it is and where it stands.
        var mayBeSecret: (Field) -> Bool
    }

    var changes: [FieldChange] = []
    /// Paths whose value the account masks and that no memory vouches for.
    var notComparable: [String] = []
    /// Paths of which the manifest's value is not at hand.
    var unknown: [String] = []

    /// The last of `notComparable`, as what it would be.
    private var masked: FieldChange?
    private let sent: [String: String]?
    private let answered: [String: String]
    private let secretPaths: [String]
    private let key: SipHash128.Key
    private let blind: Blind

    /// - Parameters:
    ///   - desired: What the manifest declares, no more.
    ///   - actual: Everything that the account shows.
    ///   - dropped: Blocks that the manifest no longer declares and that we sent: an update takes them away.
    init(
        desired: [Field], actual: [Field], applied: AppliedConnection?, key: SipHash128.Key,
        dropped: Set<String> = [], blind: Blind = Blind(cause: .differs, mayBeSecret: { _ in false })
    ) {
        sent = applied?.sent?.fields
        answered = applied?.answered?.fields ?? [:]
        self.key = key
        self.blind = blind
        let remembered = (sent ?? [:]).merging(answered) { one, other in one.hasPrefix("keyed:") ? one : other }
        secretPaths = remembered.filter { $0.value.hasPrefix("keyed:") }.map(\.key)
        if sent == nil, blind.cause == nil { return }
        let there = Dictionary(actual.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        for field in desired { compare(field, with: there[field.path]) }
        compareUndeclared(desired: desired, actual: actual, dropped: dropped)
        // No memory of the field, and the marker tells that the manifest is not what was sent: then it is this one.
        if blind.tellsMasked, sent == nil, changes.isEmpty, notComparable.count == 1, let masked,
            masked.cause == .manifest || masked.cause == .manifestAndDrift
        {
            changes = [masked]
            notComparable = []
        }
        changes.sort { $0.path < $1.path }
    }

    private mutating func compare(_ wanted: Field, with found: Field?) {
        if wanted.isUnknown {
            unknown.append(wanted.path)
            return
        }
        if Self.meanTheSame(wanted, found) { return }
        let isSensitive =
            wanted.isSensitive || found?.isSensitive == true || wasSecret(wanted.path) || mayBeSecret(found)
        var cause = blind.cause ?? .differs
        if let sent, let sentText = sent[wanted.path] {
            var wantedNow = wanted
            wantedNow.isSensitive = wanted.isSensitive || sentText.hasPrefix("keyed:")
            let isChanged = wantedNow.fingerprint(key: key) != sentText
            let isDrifted = hasDrifted(wanted.path, found)
            if !isChanged, !isDrifted { return }
            cause = isChanged ? isDrifted ? .manifestAndDrift : .manifest : .drift
        } else if sent != nil {
            cause = .manifest
        }
        let isTold = cause == .manifest || cause == .manifestAndDrift
        if sent == nil || !isTold, isSensitive, let found, Self.isMasked(found.value) {
            notComparable.append(wanted.path)
            masked = FieldChange(
                path: wanted.path, old: found.value, new: wanted.value, isSensitive: true, cause: cause)
            return
        }
        changes.append(
            FieldChange(
                path: wanted.path, old: found?.value, new: wanted.value, isSensitive: isSensitive, cause: cause))
    }

    /// Whether the account shows something else than right after it was written.
    private func hasDrifted(_ path: String, _ found: Field?) -> Bool {
        guard let remembered = answered[path] else { return found != nil }
        var found = found
        found?.isSensitive = remembered.hasPrefix("keyed:")
        return found?.fingerprint(key: key) != remembered
    }

    /// What the manifest does not have and an update takes away: members of a declared object (headers, body, sample
    /// values), where we put them there once or somebody added them since, and whole blocks that were declared.
    private mutating func compareUndeclared(desired: [Field], actual: [Field], dropped: Set<String>) {
        let declared = Set(desired.map(\.path))
        let containers = Set(desired.compactMap { Self.container(of: $0.path) })
        for found in actual where !declared.contains(found.path) && !found.value.plain.isNull {
            let isDropped = dropped.contains(Self.block(of: found.path))
            guard isDropped || Self.container(of: found.path).map(containers.contains) == true else { continue }
            // An empty object stands where members stand now, and the other way round.
            if declared.contains(where: { found.path.hasPrefix($0 + ".") || $0.hasPrefix(found.path + ".") }) {
                continue
            }
            var cause = blind.cause ?? .differs
            if let sent {
                let wasSent = sent[found.path] != nil
                let isDrifted = hasDrifted(found.path, found)
                if !wasSent, !isDrifted, !isDropped { continue }
                cause = wasSent ? isDrifted ? .manifestAndDrift : .manifest : isDropped ? .manifest : .drift
            }
            changes.append(
                FieldChange(
                    path: found.path, old: found.value, new: nil,
                    isSensitive: found.isSensitive || wasSecret(found.path) || mayBeSecret(found), cause: cause))
        }
    }

    /// Whether what stands there, or above, or below, came from a secret when it was last sent.
    private func wasSecret(_ path: String) -> Bool {
        secretPaths.contains { $0 == path || $0.hasPrefix(path + ".") || path.hasPrefix($0 + ".") }
    }

    /// Whether a text of the account may be a secret that nobody remembers: not one that we know to have sent in clear.
    private func mayBeSecret(_ found: Field?) -> Bool {
        guard let found, blind.mayBeSecret(found) else { return false }
        return answered[found.path] != found.fingerprint(key: key) || found.isSensitive
    }

    /// `external_api_details.headers` for `external_api_details.headers.Accept`; nil for fields not in an object.
    private static func container(of path: String) -> String? {
        let bytes = path.utf8
        guard let first = bytes.firstIndex(of: UInt8(ascii: ".")),
            let second = bytes[bytes.index(after: first)...].firstIndex(of: UInt8(ascii: "."))
        else { return nil }
        return String(path[..<second])
    }

    /// The whole that a field is of: `description`, or `external_api_details.body` for all that stands in the body.
    static func block(of path: String) -> String {
        container(of: path) ?? path
    }

    private static func meanTheSame(_ wanted: Field, _ found: Field?) -> Bool {
        wanted.value.plain.isEquivalent(to: (found?.value ?? .null).plain)
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
        // What the service adds of its own is not what was sent.
        return comparison.changes.filter { !$0.isRemoval }.map(\.path)
    }
}
