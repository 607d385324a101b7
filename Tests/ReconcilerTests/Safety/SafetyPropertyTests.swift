import Foundation
import Planner
import Testing

@testable import Reconciler

/// Over random accounts, manifests and policies: nothing is deleted or changed that the rules do not allow, applying a
/// plan leaves an empty next plan, and a saved plan applied twice is refused the second time.
///
/// `SAFETY_SEEDS=FIRST-LAST` runs other cases.
@Suite struct SafetyPropertyTests {
    private static let seeds: ClosedRange<UInt64> = {
        let parts = (ProcessInfo.processInfo.environment["SAFETY_SEEDS"] ?? "").split(separator: "-").compactMap {
            UInt64($0)
        }
        return parts.count == 2 && parts[0] <= parts[1] ? parts[0]...parts[1] : 1...200
    }()

    @Test func nothingIsTouchedThatTheRulesDoNotAllow() async throws {
        var seen: [String: Int] = [:]
        for seed in Self.seeds { try await check(seed, &seen) }
        // Cases that never come to a delete would prove nothing about deletes.
        guard Self.seeds.count >= 200 else { return }
        let needed = [
            "deleted", "changed", "created", "left alone", "protected", "delete_limit", "foreign_references",
            "marker_copied", "marker_damaged", "other_owner", "unowned", "create_and_prune", "all_manifests_gone",
            "doubtful_manifest",
            "invalid_run", "primary_key_changed",
        ]
        for name in needed { #expect(seen[name, default: 0] > 0, "no case came to \(name): \(seen)") }
    }

    private func check(_ seed: UInt64, _ seen: inout [String: Int]) async throws {
        var current = try SafetyCase(seed: seed)
        try await current.prepare()
        let before = try await current.connections()
        let planned = try await current.dryRun()
        let saved = try #require(planned.savedPlan, "seed \(seed): \(planned)")
        #expect(try await current.connections() == before, "seed \(seed): a dry run changed something")
        let outcome = try await current.apply(saved)
        let after = try await current.connections()
        #expect(outcome.failure == nil, "seed \(seed): \(String(describing: outcome.failure))")
        for (key, result) in outcome.results {
            #expect(result.failure == nil, "seed \(seed), \(key): \(String(describing: result.failure))")
        }
        judge(current.facts, before, after, "seed \(seed)", &seen)
        for refusal in outcome.plan?.connections.flatMap(\.refusals) ?? [] {
            seen[refusal.code.rawValue, default: 0] += 1
        }

        let again = try await current.apply(saved)
        #expect(again.exitStatus(detailed: false) == .planOutdated, "seed \(seed): applied twice")
        #expect(try await current.connections() == after, "seed \(seed): applied twice")

        let next = try await current.dryRun()
        let left = (next.plan?.connections ?? []).filter { planned in
            !planned.actions.isEmpty && !isFollowUp(planned, of: outcome.plan, current.facts)
        }
        #expect(left.isEmpty, "seed \(seed): still to do: \(left.map(\.actions))")
    }

    /// What was refused, and is not any more because of what the first pass did: new connections raise a limit that is a
    /// share of them, and of two manifests of one name the one no longer finds what the other took over.
    private func isFollowUp(_ planned: PlannedConnection, of first: Plan?, _ facts: SafetyFacts) -> Bool {
        let refusals = (first?.connections ?? []).filter { $0.key == planned.key }.flatMap(\.refusals).map(\.code)
        if planned.actions == [.delete] { return refusals.contains(.deleteLimit) }
        let wasInTheWay = !Set(refusals).isDisjoint(with: [.unowned, .primaryKeyChanged])
        return planned.isCreated && wasInTheWay && facts.manifests.filter { $0.name == planned.name }.count > 1
    }

    private func judge(
        _ facts: SafetyFacts, _ before: [StoredConnection], _ after: [StoredConnection], _ seed: String,
        _ seen: inout [String: Int]
    ) {
        let rules = SafetyRules(facts: facts, before: before)
        let known = Dictionary(before.map { ($0.uuid, $0) }, uniquingKeysWith: { first, _ in first })
        let there = Dictionary(after.map { ($0.uuid, $0) }, uniquingKeysWith: { first, _ in first })
        let created = after.filter { known[$0.uuid] == nil }
        let deleted = before.filter { there[$0.uuid] == nil }
        for gone in deleted {
            seen["deleted", default: 0] += 1
            let reason = rules.whyNotDelete(gone, created: created, deleted: deleted.count)
            #expect(reason == nil, "\(seed): deleted \(gone.name) \(gone.description ?? ""): \(reason ?? "")")
        }
        for new in created {
            seen["created", default: 0] += 1
            let reason = rules.whyNotCreate(new)
            #expect(reason == nil, "\(seed): created \(new.name): \(reason ?? "")")
        }
        for old in before {
            guard let new = there[old.uuid] else { continue }
            seen[new == old ? "left alone" : "changed", default: 0] += 1
            if new == old { continue }
            let reason = rules.whyNotChange(old, to: new)
            #expect(
                reason == nil,
                "\(seed): changed \(old.name) \(old.description ?? "") to \(new.name) \(new.description ?? ""): \(reason ?? "")"
            )
        }
    }
}
