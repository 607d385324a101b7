import JSON
import Model

/// What comparing a manifest's definition with the account came to.
struct DefinitionVerdict {
    /// Empty where nothing is to be sent.
    var changes: [FieldChange] = []
    var sending: DefinitionToSend
    var notes: [String] = []
    var refusal: Refusal?
}

extension Planner {
    /// What an update would set, and the definition that it would send.
    ///
    /// - Parameters:
    ///   - wanted: The marker that the manifest asks for; nil where ownership lives in state.
    ///   - standing: The one that is there.
    ///   - finished: An upload that the marker does not tell of yet.
    func compareDefinition(
        _ desired: DesiredConnection, _ actual: ActualConnection, _ located: LocatedConnection,
        wanted: OwnershipMarker?, standing: OwnershipMarker?, finished: DataStamp?
    ) -> DefinitionVerdict {
        var verdict = DefinitionVerdict(
            sending: DefinitionToSend(base: mergedDefinition(desired, actual), marker: wanted))
        if !isPlainlyThere(desired, actual) {
            (verdict.changes, verdict.notes) = fieldChanges(desired, actual, located.applied)
        }
        var standingText = standing
        standingText?.data = nil
        if standingText != wanted || finished != nil {
            var wantedText = wanted
            wantedText?.data = finished ?? located.stamp
            verdict.sending.ownershipCauses = ownershipCauses(standing: standing, wanted: wanted, located)
            verdict.changes.append(
                FieldChange(
                    path: "ownership marker", old: standing.map { .string($0.text) },
                    new: wantedText.map { .string($0.text) }, isSensitive: false, cause: .ownership))
        }
        if !verdict.changes.isEmpty { verdict.refusal = refusalOfLostHeaders(desired, actual) }
        return verdict
    }

    /// Whether all that the manifest declares stands in the account text by text: then there is nothing to compare,
    /// whatever was sent before. Nearly every connection of a plan is like that.
    func isPlainlyThere(_ desired: DesiredConnection, _ actual: ActualConnection) -> Bool {
        guard desired.name.hasBytes(of: actual.name) else { return false }
        if let text = desired.description {
            let shown = actual.marked
            guard shown.text.hasBytes(of: text.trimmingBlanksAtEnd) else { return false }
        }
        switch (desired.details, actual.details) {
        case (nil, .uploadBased): return true
        case (.object(let members)?, .apiBased(let there)):
            return members.allSatisfy { name, value in there[name].map(value.isPlainly) ?? false }
        default: return false
        }
    }

    /// What differs between what the manifest declares and what the account shows, with notes on what cannot be told.
    func fieldChanges(
        _ desired: DesiredConnection, _ actual: ActualConnection, _ applied: AppliedConnection?
    ) -> (changes: [FieldChange], notes: [String]) {
        let declared = Field.all(
            of: Definition(
                name: desired.name, primaryKey: desired.primaryKey, description: desired.description,
                details: desired.details)
        ).filter { !($0.path == "description" && desired.description == nil) }
        let sensitive = Set(declared.filter(\.isSensitive).map(\.path))
        let there =
            actual.details == .notShown
            ? Field.all(of: actual).filter { !$0.path.hasPrefix(Field.detailsName) }
            : Field.all(of: actual, sensitive: sensitive)
        let wanted =
            actual.details == .notShown
            ? declared.filter { !$0.path.hasPrefix(Field.detailsName) } : declared
        let comparison = DefinitionComparison(
            desired: wanted, actual: there, applied: applied, key: input.applied.secretKey)
        var changes = comparison.changes
        var notes = comparison.notComparable.map {
            "\($0) is not comparable: the account masks it and no state remembers it"
        }
        if actual.details == .notShown, desired.details != nil {
            let isChanged =
                applied?.sent.map { sent in
                    declared.contains {
                        $0.path.hasPrefix(Field.detailsName)
                            && sent.fields[$0.path] != $0.fingerprint(key: input.applied.secretKey)
                    }
                } ?? false
            if isChanged {
                changes.append(
                    FieldChange(path: Field.detailsName, old: nil, new: nil, isSensitive: true, cause: .manifest))
            } else {
                notes.append("\(Field.detailsName) is not comparable: the account does not show it")
            }
        }
        return (changes, notes)
    }

    /// The manifest's fields over those of the account that it leaves out, because a PUT may replace all of them.
    func mergedDefinition(_ desired: DesiredConnection, _ actual: ActualConnection) -> Definition {
        let text = desired.description ?? actual.marked.text
        var details = desired.details
        if case .object(var members) = desired.details, case .apiBased(let there) = actual.details {
            for member in there.objectValue ?? [] where members[member.key] == nil && !member.value.isNull {
                members[member.key] = Self.carried(member)
            }
            details = .object(members)
        }
        return Definition(
            name: desired.name, primaryKey: desired.primaryKey,
            description: desired.description == nil && text.isEmpty ? nil : text, details: details)
    }

    /// A member as the account shows it; header values may be keys, so they are carried as secrets.
    private static func carried(_ member: JSONMember) -> ConfigValue {
        guard member.key == "headers", case .object(let headers) = member.value else {
            return ConfigValue(member.value)
        }
        return .object(
            Dictionary(
                headers.map { header in
                    (
                        header.key,
                        header.value.stringValue.map { .string(ConfigString($0, isSecret: true)) }
                            ?? ConfigValue(header.value)
                    )
                }, uniquingKeysWith: { first, _ in first }))
    }

    /// Headers that the account masks and the manifest leaves out could only be overwritten with their mask.
    private func refusalOfLostHeaders(_ desired: DesiredConnection, _ actual: ActualConnection) -> Refusal? {
        guard desired.details != nil, desired.details?["headers"] == nil, case .apiBased(let details) = actual.details,
            let headers = details["headers"]?.objectValue,
            let masked = headers.first(where: { DefinitionComparison.isMasked($0.value) })
        else { return nil }
        return Refusal(
            .headersNotShown,
            "the account masks the header \(masked.key), which the manifest leaves out: an update would overwrite it",
            at: desired.places.source, help: "declare external_api_details.headers in the manifest")
    }

    /// Missing references are created; those that state says we created and nobody declares any more are removed.
    func compareReferences(
        _ desired: DesiredConnection, _ actual: ActualConnection, _ applied: AppliedConnection?
    ) -> (actions: [Action], notes: [String]) {
        guard let there = actual.references else { return ([], []) }
        let wanted = Set(desired.references ?? [])
        let present = Set(there.map(\.reference))
        var actions = wanted.subtracting(present).sorted().map(Action.addReference)
        let ours = applied?.references ?? []
        let uuids = Set(there.map(\.uuid))
        for reference in ours.sorted(by: { ($0.type, $0.id, $0.uuid) < ($1.type, $1.id, $1.uuid) })
        where !wanted.contains(Reference(type: reference.type, id: reference.id)) && uuids.contains(reference.uuid) {
            actions.append(.removeReference(reference))
        }
        let ourUUIDs = Set(ours.map(\.uuid))
        let foreign = there.map(\.reference).filter { reference in
            !wanted.contains(reference)
                && !there.contains { $0.reference == reference && ourUUIDs.contains($0.uuid) }
        }
        return (actions, foreign.sorted().map { "the reference \($0.type) \($0.id) is not declared: left alone" })
    }
}
