import APIClient
import Emulator
import Foundation
import JSON
import Model
import Planner
import TestSupport
import Testing

@testable import Reconciler

/// From a seed: after a pass the account differs from before in exactly what its plan said, whatever manifests and
/// people changed, with state and without, in every dialect.
@Suite struct PlanTruthTests {
    /// Blocks that come and go, members that come, go and change.
    private struct Definition {
        var description: String? = "d0"
        /// By path below `external_api_details`: a block, or a block and a member.
        var details: [String: String] = [
            "ttl": "60", "headers.Accept": "a0", "headers.X-One": "o0", "body.sku": "{sku}",
        ]

        static let paths = [
            "ttl", "timeout", "headers.Accept", "headers.X-One", "headers.X-Two", "body.sku", "body.token", "body.deep",
        ]

        mutating func change(_ random: inout SeededRandom, _ whose: String) {
            for path in Self.paths where Int.random(in: 0..<4, using: &random) == 0 {
                let number = Int.random(in: 1...3, using: &random)
                details[path] = path == "ttl" || path == "timeout" ? "\(60 + number)" : "\(whose)\(number)"
                if Int.random(in: 0..<3, using: &random) == 0 { details[path] = nil }
            }
            // A whole block at once.
            if Int.random(in: 0..<6, using: &random) == 0 {
                let block = ["headers.", "body."].randomElement(using: &random)!
                details = details.filter { !$0.key.hasPrefix(block) }
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                description =
                    Bool.random(using: &random) ? nil : "\(whose) text \(Int.random(in: 1...2, using: &random))"
            }
        }

        var json: JSONValue {
            var members: [JSONMember] = [
                JSONMember("url", "https://api.example.com/{sku}"), JSONMember("http_method", "POST"),
                JSONMember("sample_placeholder_values", ["sku": "A"]),
            ]
            for block in ["headers", "body"] {
                let inner = details.filter { $0.key.hasPrefix(block + ".") }.sorted { $0.key < $1.key }
                if inner.isEmpty { continue }
                members.append(
                    JSONMember(
                        block,
                        .object(inner.map { JSONMember(String($0.key.dropFirst(block.count + 1)), .string($0.value)) }))
                )
            }
            for name in ["ttl", "timeout"] {
                if let text = details[name] { members.append(JSONMember(name, .number(text))) }
            }
            return .object(members)
        }

        var manifest: String {
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: c}
            spec:
              name: C
              primary_key: sku
              \(description.map { "description: \($0)" } ?? "")
              external_api_details: \(json.compactText)

            """
        }
    }

    /// Every field that the account holds, but for the marker: as the service shows it, and as it stores it.
    private static func fields(
        _ world: World, _ client: APIClient
    ) async throws -> (shown: [String: JSONValue], stored: [String: JSONValue]) {
        let stored = try #require(try await world.stored().first)
        let details = stored.json["external_api_details"]
        let actual = ActualConnection(
            uuid: stored.uuid, name: stored.name, primaryKey: "sku", description: stored.description,
            details: details.map { $0.isNull ? .uploadBased : .apiBased($0) } ?? .uploadBased)
        return (fields(try await client.connection(stored.uuid)), fields(actual))
    }

    private static func fields(_ actual: ActualConnection) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        for field in Field.all(of: actual) where !field.value.plain.isNull { fields[field.path] = field.value.plain }
        return fields
    }

    private static func changed(_ before: [String: JSONValue], _ after: [String: JSONValue]) -> Set<String> {
        Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    }

    private static let dialects: [Set<Dialect>] = [
        [], [.replacingPut], [.maskedHeaders], [.defaultsFilled], [.emptyAsNull],
        [.trimmedDescriptions, .replacingPut],
    ]

    @Test(arguments: 1...60)
    func thePlanIsWhatHappens(_ seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed) &* 15_485_863)
        let dialects = Self.dialects.randomElement(using: &random)!
        let world = try World(dialects: dialects)
        let client = try world.client()
        defer { client.invalidate() }
        var wanted = Definition()
        try world.write("c.yaml", wanted.manifest)
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        for step in 0..<4 {
            let place = "seed \(seed), step \(step), \(dialects)"
            if Bool.random(using: &random) {
                var theirs = wanted
                theirs.change(&random, "their")
                let there = try #require(try await world.stored().first)
                let marker = there.description.map {
                    String($0[($0.firstRange(of: "[")?.lowerBound ?? $0.endIndex)...])
                }
                _ = try await client.update(
                    there.uuid,
                    to: .init(
                        name: "C", primaryKey: "sku",
                        description: [theirs.description, marker].compactMap { $0 }.joined(separator: " "),
                        details: ConfigValue(theirs.json)))
            }
            if Bool.random(using: &random) {
                wanted.change(&random, "our")
                try world.write("c.yaml", wanted.manifest)
            }
            if Int.random(in: 0..<3, using: &random) == 0 { world.forgetState() }
            let before = try await Self.fields(world, client)
            let outcome = try await world.pass()
            let after = try await Self.fields(world, client)
            let planned = try #require(outcome.plan?.connections.first)
            if planned.isStopped {
                #expect(before == after, "\(place)")
                // Masked headers that nobody remembers: to declare them is the way out.
                wanted.details["headers.Accept"] = "again"
                try world.write("c.yaml", wanted.manifest)
                continue
            }
            #expect(outcome.exitStatus(detailed: false) == .done, "\(place): \(outcome)")
            var said: Set<String> = []
            for case .update(let changes) in planned.actions {
                said.formUnion(changes.filter { $0.cause != .ownership }.map(\.path))
            }
            let shown = Self.changed(before.shown, after.shown)
            // What nobody can compare is said in a note.
            let silent = shown.subtracting(said).filter { path in
                !planned.notes.contains { $0.hasPrefix("\(path) is not comparable") }
            }
            #expect(silent.isEmpty, "\(place): the plan did not say \(silent): \(planned.actions), \(planned.notes)")
            let idle = said.subtracting(shown).subtracting(Self.changed(before.stored, after.stored))
            #expect(idle.isEmpty, "\(place): nothing became of \(idle): \(planned.actions)")
            let next = try await world.pass(dryRun: true)
            #expect(next.plan?.hasChanges == false, "\(place): and then \(next.plan?.connections.first?.actions ?? [])")
        }
        await world.emulator.stop()
    }
}
