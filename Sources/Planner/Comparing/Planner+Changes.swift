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
            sending: DefinitionToSend(base: mergedDefinition(desired, actual, located.applied), marker: wanted))
        if !isPlainlyThere(desired, actual) {
            (verdict.changes, verdict.notes) = fieldChanges(desired, actual, located.applied, standing: standing)
        }
        var standingText = standing
        standingText?.data = nil
        standingText?.definition = nil
        if standingText != wanted || finished != nil {
            var wantedText = wanted
            wantedText?.data = finished ?? located.stamp
            var standing = standing
            standing?.definition = nil
            verdict.sending.ownershipCauses = ownershipCauses(standing: standing, wanted: wanted, located)
            verdict.changes.append(
                FieldChange(
                    path: "ownership marker", old: standing.map { .string($0.text) },
                    new: wantedText.map { .string($0.text) }, isSensitive: false, cause: .ownership))
        }
        if !verdict.changes.isEmpty { verdict.refusal = refusalOfLostHeaders(desired, actual) }
        return verdict
    }

    /// Whether all that the manifest declares stands in the account text by text, and nothing else: then there is nothing
    /// to compare, whatever was sent before. Nearly every connection of a plan is like that.
    func isPlainlyThere(_ desired: DesiredConnection, _ actual: ActualConnection) -> Bool {
        guard desired.name.hasBytes(of: actual.name),
            actual.marked.text.hasBytes(of: desired.description?.trimmingBlanksAtEnd ?? "")
        else { return false }
        switch (desired.details, actual.details) {
        case (nil, .uploadBased): return true
        case (.object(let members)?, .apiBased(.object(let there))):
            return there.count == members.count
                && there.allSatisfy { member in members[member.key]?.isPlainly(member.value) ?? false }
        default: return false
        }
    }

    /// What the manifest declares, field by field.
    package static func declaredFields(_ desired: DesiredConnection) -> [Field] {
        Field.all(
            of: Definition(
                name: desired.name, primaryKey: desired.primaryKey, description: desired.description,
                details: desired.details)
        ).filter { !($0.path == "description" && desired.description == nil) }
    }

    /// What an update would change in the account, with notes on what cannot be told.
    func fieldChanges(
        _ desired: DesiredConnection, _ actual: ActualConnection, _ applied: AppliedConnection?,
        standing: OwnershipMarker?
    ) -> (changes: [FieldChange], notes: [String]) {
        let declared = Self.declaredFields(desired)
        let sensitive = Set(declared.filter(\.isSensitive).map(\.path))
        let isShown = actual.details != .notShown
        let there =
            isShown
            ? Field.all(of: actual, sensitive: sensitive)
            : Field.all(of: actual).filter { !$0.path.hasPrefix(Field.detailsName) }
        let wanted = isShown ? declared : declared.filter { !$0.path.hasPrefix(Field.detailsName) }
        let cause = applied?.sent == nil ? blindCause(declared, there, standing) : .differs
        let comparison = DefinitionComparison(
            desired: wanted, actual: there, applied: applied, key: input.applied.secretKey,
            dropped: droppedBlocks(desired, applied),
            blind: DefinitionComparison.Blind(
                cause: cause, tellsMasked: standing?.definition != nil && !declared.contains(where: \.isUnknown),
                mayBeSecret: mayBeSecret))
        var changes = comparison.changes
        var notes = comparison.notComparable.map {
            "\($0) is not comparable: the account masks it and no state remembers it"
        }
        notes += comparison.unknown.map {
            "\($0) is (unknown): its credential is not here, so whether it changes shows only where it is"
        }
        if applied?.sent == nil, cause != nil { notes += notesOnStanding(desired, there) }
        if !isShown, desired.details != nil {
            let isChanged =
                applied?.sent.map { sent in
                    declared.contains {
                        $0.path.hasPrefix(Field.detailsName) && !$0.isUnknown
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

    /// Why manifest and account differ, by what the marker says of the last write; nil where what they differ in is the
    /// service's own doing, as it was then.
    private func blindCause(
        _ declared: [Field], _ there: [Field], _ standing: OwnershipMarker?
    ) -> FieldChange.Cause? {
        guard let written = standing?.definition else { return .differs }
        let isAccount = DefinitionDigest.digest(of: there, key: input.definitionKey) == written.answered
        // With a value that is not at hand nobody can say that the manifest is still what was sent.
        let isManifest =
            !declared.contains(where: \.isUnknown)
            && DefinitionDigest.digest(of: declared, key: input.definitionKey) == written.sent
        switch (isAccount, isManifest) {
        case (true, true): return nil
        case (true, false): return .manifest
        case (false, true): return .drift
        case (false, false): return .manifestAndDrift
        }
    }

    /// Blocks that we sent, and that the manifest no longer declares.
    private func droppedBlocks(_ desired: DesiredConnection, _ applied: AppliedConnection?) -> Set<String> {
        guard let sent = applied?.sent?.fields else { return [] }
        var blocks: Set<String> = []
        if desired.description == nil, sent[FieldSnapshot.declaresDescription] != nil { blocks.insert("description") }
        // What was sent of an upload-based connection has no other blocks: nearly all connections are like that.
        guard let details = desired.details else { return blocks }
        for path in sent.keys where path.hasPrefix(Field.detailsName + ".") {
            let block = DefinitionComparison.block(of: path)
            if details[String(block.dropFirst(Field.detailsName.count + 1))] == nil { blocks.insert(block) }
        }
        return blocks
    }

    /// What stands in the account, may have been declared once, and is left there because nobody knows.
    private func notesOnStanding(_ desired: DesiredConnection, _ there: [Field]) -> [String] {
        let blocks = Set(there.filter { !$0.value.plain.isNull }.map { DefinitionComparison.block(of: $0.path) })
        var left = ["body", "headers", "sample_placeholder_values"].filter { desired.details?[$0] == nil }.map {
            "\(Field.detailsName).\($0)"
        }
        if desired.details == nil { left = [] }
        if desired.description == nil { left.append("description") }
        return left.filter(blocks.contains).map {
            "\($0) is in the account and not in the manifest: no state remembers who put it there, so it stays"
        }
    }

    /// Whether a text of the account may be a secret: one that this run has, or what looks like one.
    private func mayBeSecret(_ field: Field) -> Bool {
        guard field.path.hasPrefix(Field.detailsName), case .string(let text) = field.value else { return false }
        if input.knownSecrets.contains(where: { text.contains($0) }) { return true }
        let name = field.path.split(separator: ".").last.map(String.init) ?? ""
        return SecretShape.isToken(text) || SecretShape.isName(name, isDocument: true) && SecretShape.isConstant(text)
    }

    /// The manifest's fields over those of the account that it leaves out, because a PUT may replace all of them; without
    /// the blocks that we put there and the manifest no longer declares.
    func mergedDefinition(
        _ desired: DesiredConnection, _ actual: ActualConnection, _ applied: AppliedConnection?
    ) -> Definition {
        let dropped = droppedBlocks(desired, applied)
        let text = desired.description ?? (dropped.contains("description") ? "" : actual.marked.text)
        var details = desired.details
        if case .object(var members) = desired.details, case .apiBased(let there) = actual.details {
            for member in there.objectValue ?? []
            where members[member.key] == nil && !member.value.isNull
                && !dropped.contains("\(Field.detailsName).\(member.key)")
            {
                members[member.key] = Self.carried(member)
            }
            details = .object(members)
        }
        let isLeftOut = desired.description == nil && text.isEmpty && !dropped.contains("description")
        return Definition(
            name: desired.name, primaryKey: desired.primaryKey, description: isLeftOut ? nil : text, details: details)
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
