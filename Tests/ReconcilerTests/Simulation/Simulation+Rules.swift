import Foundation
import JSON
import Model
import Planner
import StateStore
import TestSupport

@testable import Reconciler

/// What must hold, said in another way than the program does.
extension Simulation {
    /// What state says when a pass begins: the rules ask for it, whatever the planner makes of it.
    func knownBefore(machine: Int = 0) throws -> [String: SafetyFacts.Known] {
        let identity = StateIdentity(apiURL: "emulator", owner: "us", brand: SipHash128.Key(5, 6))
        guard let state = try? StateStore.read(directory: machines[machine].state, identity: identity, time: clock)
        else {
            return [:]
        }
        return state.connections.mapValues {
            SafetyFacts.Known(
                uuid: $0.uuid, references: Set($0.references.map(\.uuid)), isProtected: $0.isProtected == true)
        }
    }

    private func rules(_ before: [StoredConnection], _ known: [String: SafetyFacts.Known]) -> SafetyRules {
        var facts = SafetyFacts()
        facts.isStateOwned = isStateOwned
        facts.prune = isPruning
        facts.maxDeletePercent = 100
        facts.known = known
        facts.manifests = manifests.map { manifest in
            var random = RandomManifest(key: manifest.key, name: manifest.name)
            random.renamedFrom = manifest.renamedFrom
            random.isSuspended = manifest.isSuspended
            random.isProtected = manifest.isProtected
            return random
        }
        return SafetyRules(facts: facts, before: before)
    }

    /// After a pass of ours alone: nothing that it may not have done.
    func judge(
        _ before: [StoredConnection], _ after: [StoredConnection], known: [String: SafetyFacts.Known], _ run: Run
    ) throws {
        try judgeOthers(before, after)
        let rules = rules(before, known)
        let there = Dictionary(uniqueKeysWithValues: after.map { ($0.uuid, $0) })
        let was = Dictionary(uniqueKeysWithValues: before.map { ($0.uuid, $0) })
        let created = after.filter { was[$0.uuid] == nil }
        let deleted = before.filter { there[$0.uuid] == nil }
        for gone in deleted {
            if let reason = rules.whyNotDelete(gone, created: created, deleted: deleted.count) {
                throw Broken(
                    rule: "delete", message: "deleted \(gone.name) \(gone.description ?? ""): \(reason)\n\(logged(run))"
                )
            }
        }
        for new in created {
            // A list that lags behind hides what a process made right before it was killed; at rest there is one.
            if !dialects.contains(.staleList), let reason = rules.whyNotCreate(new) {
                throw Broken(rule: "create", message: "created \(new.name): \(reason)\n\(logged(run))")
            }
        }
        for old in before {
            guard let new = there[old.uuid], new != old else { continue }
            // What a list that lags behind does not show is not put right yet.
            if dialects.contains(.staleList) { continue }
            // State says that one was about to be made: an equal one that is new is that one.
            if isStateOwned, known.values.contains(where: { $0.uuid == nil }) { continue }
            if let reason = rules.whyNotChange(old, to: new) {
                throw Broken(
                    rule: "change",
                    message: "changed \(old.name) \(old.description ?? "") to \(new.name) \(new.description ?? ""): "
                        + "\(reason); state knows \(known)\n\(logged(run))")
            }
        }
    }

    private func logged(_ run: Run) -> String { run.transport.log.map { "        \($0)" }.joined(separator: "\n") }

    /// What is another owner's is as it was.
    func judgeOthers(_ before: [StoredConnection], _ after: [StoredConnection]) throws {
        let foreign = { (all: [StoredConnection]) in all.filter { $0.mark.owner == "them" } }
        if foreign(before) != foreign(after) {
            throw Broken(rule: "owners", message: "what belongs to another owner was touched")
        }
    }

    /// Without faults: what was planned was done, and nothing else.
    func compareWithPlan(_ outcome: PassOutcome, _ before: [StoredConnection], _ after: [StoredConnection]) throws {
        guard let plan = outcome.plan, !dialects.contains(.staleList) else { return }
        for planned in plan.connections where !planned.actions.isEmpty {
            guard let result = outcome.results[planned.key] else {
                throw Broken(rule: "plan", message: "\(planned.key) was planned and nothing came of it")
            }
            if result.failure != nil { continue }
            var wanted: Set<String> = []
            for action in planned.actions {
                switch action {
                case .create: wanted.insert("created")
                case .update: wanted.insert("updated")
                case .upload: wanted.insert("uploaded")
                case .addReference: wanted.insert("linked")
                case .removeReference: wanted.insert("unlinked")
                case .delete: wanted.insert("deleted")
                }
            }
            var done: Set<String> = []
            for step in result.steps {
                switch step {
                case .created: done.insert("created")
                case .updated: done.insert("updated")
                case .uploaded: done.insert("uploaded")
                case .linked: done.insert("linked")
                case .unlinked: done.insert("unlinked")
                case .deleted, .goneAlready: done.insert("deleted")
                case .resumed, .deletedRows, .copied: break
                }
            }
            // What a new connection needs beside its rows goes with its create.
            if done != wanted,
                !(wanted.isSuperset(of: done) && wanted.subtracting(done) == ["uploaded"] && isUploadOfDeletes(planned))
            {
                throw Broken(
                    rule: "plan", message: "\(planned.key): planned \(wanted.sorted()), done \(done.sorted())")
            }
        }
        let active = Set(plan.connections.filter { !$0.actions.isEmpty }.compactMap(\.uuid))
        let there = Dictionary(uniqueKeysWithValues: after.map { ($0.uuid, $0) })
        for old in before where !active.contains(old.uuid) && there[old.uuid] != old {
            throw Broken(rule: "plan", message: "\(old.name) changed though nothing was planned for it")
        }
    }

    private func isUploadOfDeletes(_ planned: PlannedConnection) -> Bool {
        planned.actions.contains { action in
            guard case .upload(let plan) = action else { return false }
            // Of an upload that was interrupted the plan says that up to so many rows go up.
            return plan.sending.rows == 0 || !planned.sendsExactly(plan)
        }
    }

    // MARK: - At rest

    /// After the last fault and enough time everything is as the manifests say, and then nothing is written.
    func rest() async throws {
        note("at rest")
        var last = PassOutcome()
        // A list may lag behind: it is quiet where several passes say so.
        var quiet = 0
        for round in 0..<16 {
            let before = try await stored()
            let known = try knownBefore()
            // That all connections are gone is for a person to confirm.
            let run = try await pass { $0.planning.allowRecreate = true }
            try judge(before, try await stored(), known: known, run)
            last = run.outcome
            clock.advance(round < 6 ? 400 : 30_000)
            quiet = last.plan?.hasChanges == false && last.failure == nil ? quiet + 1 : 0
            if quiet == 3 { break }
        }
        if let failure = last.failure {
            throw Broken(rule: "rest", message: "passes go on to fail: \(failure.message)")
        }
        guard let plan = last.plan else { throw Broken(rule: "rest", message: "there is no plan: \(last.diagnostics)") }
        if plan.hasChanges {
            throw Broken(
                rule: "rest",
                message:
                    "still to do: \(plan.connections.filter { !$0.actions.isEmpty }.map { "\($0.key) \($0.actions)" }) "
                    + "\(last.results)")
        }
        let again = try await pass()
        if again.transport.writes > 0 {
            throw Broken(rule: "rest", message: "a pass with nothing to do wrote:\n\(logged(again))")
        }
        let refused = plan.connections.filter { !$0.refusals.isEmpty }
        if !mayRefuse, let one = refused.first(where: { !isExcused($0) }) {
            throw Broken(rule: "rest", message: "\(one.key) is refused: \(one.refusals.map(\.message))")
        }
        let keys = Set(refused.map(\.key))
        try await judgeRest(refused: keys, mayHaveMore: true)
        // Rows that stayed while that was wanted go with the next upload.
        if manifests.contains(where: \.deletes) { _ = try await pass { $0.planning.full = true } }
        try await judgeRest(refused: keys)
    }

    /// Refusals that are right whatever happened before.
    private func isExcused(_ planned: PlannedConnection) -> Bool {
        planned.desired == nil
            // Two processes that create at once, over lists that lag behind, end with two, and with both uuids told.
            || dialects.contains(.staleList) && planned.refusals.allSatisfy { $0.code == .markerCopied }
            || dialects.contains(.maskedHeaders) && planned.refusals.allSatisfy { $0.code == .headersNotShown }
    }

    /// - Parameter mayHaveMore: Whether rows may still be there that are to go.
    private func judgeRest(refused: Set<String>, mayHaveMore: Bool = false) async throws {
        let all = try await stored()
        for manifest in manifests where !manifest.isSuspended && !refused.contains(manifest.key) {
            let mine = all.filter { connection in
                isStateOwned
                    ? connection.name == manifest.name && connection.mark.owner != "them"
                    : connection.mark.key == manifest.key && connection.mark.owner == "us"
            }
            guard mine.count == 1 else {
                throw Broken(rule: "twins", message: "\(manifest.key) is there \(mine.count) times")
            }
            let connection = mine[0]
            if connection.name != manifest.name {
                throw Broken(rule: "rest", message: "\(manifest.key) is called \(connection.name)")
            }
            let text = (connection.description ?? "").components(separatedBy: "[reconcile").first ?? ""
            if let wanted = manifest.description,
                text.trimmingCharacters(in: .whitespaces) != wanted.trimmingCharacters(in: .whitespaces)
            {
                throw Broken(rule: "rest", message: "\(manifest.key) says \"\(text)\"")
            }
            if manifest.kind == .api {
                let details = connection.json["external_api_details"]
                if details?["ttl"]?.intValue != manifest.apiTTL {
                    throw Broken(rule: "rest", message: "\(manifest.key) has \(details?.compactText ?? "no details")")
                }
                if timeouts.contains(connection.uuid), details?["timeout"]?.intValue != 7 {
                    throw Broken(rule: "rest", message: "\(manifest.key) lost the timeout that somebody set")
                }
                let note = details?["headers"]?["X-Note"]?.stringValue
                // Where the manifest has other headers, one that it has no more goes.
                let mustBeSo = manifest.header != nil || manifest.usesSecret
                if mustBeSo, !dialects.contains(.maskedHeaders), note != manifest.header {
                    throw Broken(rule: "rest", message: "\(manifest.key) has the note \(note ?? "nil")")
                }
                let sent = details?["headers"]?["Authorization"]?.stringValue
                // Of two values that are masked nobody without memory can tell which of them changed.
                let canTell = !dialects.contains(.maskedHeaders) || manifest.header == nil
                if manifest.usesSecret, canTell, sent != "Bearer \(secrets.last!)" {
                    throw Broken(rule: "rest", message: "\(manifest.key) has an old secret")
                }
            }
            let links = (connection.json["references"]?.arrayValue ?? []).filter { $0["reference_type"] == "mail" }
            let ids = links.compactMap { $0["reference_id"]?.stringValue }
            if !manifest.references.isSubset(of: ids) {
                throw Broken(rule: "references", message: "\(manifest.key) has \(ids), wanted \(manifest.references)")
            }
            // Two processes at once may both link.
            if Set(ids).count < ids.count, !trail.contains(where: { $0.contains("both") }) {
                throw Broken(rule: "references", message: "\(manifest.key) is linked twice: \(ids)")
            }
            if manifest.kind == .rows { try await judgeRows(manifest, connection, mayHaveMore: mayHaveMore) }
        }
        if isPruning, !isStateOwned {
            let keys = Set(manifests.map(\.key))
            for orphan in all where orphan.mark.owner == "us" && !keys.contains(orphan.mark.key ?? "") {
                let isKept = orphan.mark.isProtected || manifests.isEmpty || !orphan.references.isEmpty || mayRefuse
                if !isKept, !refused.contains(orphan.mark.key ?? "") {
                    throw Broken(rule: "orphans", message: "\(orphan.mark.key ?? "") is still there")
                }
            }
        }
    }

    /// No row lost, none left that should be gone, whatever spelling its key has.
    private func judgeRows(
        _ manifest: SimManifest, _ connection: StoredConnection, mayHaveMore: Bool
    ) async throws {
        var found: [Int: [String]] = [:]
        for (key, value) in try await rows(of: connection.uuid) {
            let text = key.stringValue ?? key.compactText
            guard let id = Double(text).map(Int.init) else {
                throw Broken(rule: "rows", message: "\(manifest.key) has a row \(text)")
            }
            found[id, default: []].append(value)
        }
        for (id, value) in manifest.rows {
            guard let values = found[id] else {
                throw Broken(rule: "rows", message: "\(manifest.key) lost row \(id)")
            }
            // Texts that are spelled otherwise are other rows, which `keep` keeps.
            let hasOldSpelling =
                values.count > 1 && (mayHaveMore || !manifest.deletes || !knowsAllRows(manifest.key))
            if !values.contains("\(value)") || values.count > 1 && !hasOldSpelling {
                throw Broken(rule: "rows", message: "\(manifest.key) row \(id) is \(values), wanted \(value)")
            }
        }
        let more = Set(found.keys).subtracting(manifest.rows.keys)
        if manifest.deletes, !mayHaveMore, !more.isEmpty, knowsAllRows(manifest.key) {
            throw Broken(rule: "rows", message: "\(manifest.key) still has rows \(more.sorted())")
        }
        if !more.isSubset(of: formerRows[manifest.key] ?? []) {
            throw Broken(rule: "rows", message: "\(manifest.key) has rows \(more.sorted()) that no file ever had")
        }
    }

    /// Whether the machine remembers every row that was sent: state was never lost, and nobody else wrote.
    private func knowsAllRows(_ key: String) -> Bool {
        !trail.contains { text in
            ["loseState", "oldState", "both", "elsewhere", "power lost"].contains { text.contains($0) }
        }
    }
}
