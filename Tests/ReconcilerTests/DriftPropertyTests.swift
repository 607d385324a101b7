import APIClient
import Foundation
import JSON
import Model
import Planner
import TestSupport
import Testing

@testable import Reconciler

/// From a seed: whatever manifests and people change, a run about drift alone undoes the people's part and nothing
/// else, and forgets nothing of the manifests' part.
@Suite struct DriftPropertyTests {
    /// What a manifest, or the account, says of one connection.
    private struct Fields: Equatable {
        var text = ["name": "n0", "description": "d0", "ttl": "60", "Accept": "a0", "X.One": "o0"]

        /// Another value for some; headers come and go.
        mutating func change(_ random: inout SeededRandom, _ whose: String) {
            for name in ["name", "description", "ttl", "Accept", "X.One", "X-Two"]
            where Int.random(in: 0..<3, using: &random) == 0 {
                let number = Int.random(in: 1...2, using: &random)
                text[name] = name == "ttl" ? "\(60 + number)" : "\(whose)\(number)"
                if name.hasPrefix("X"), Bool.random(using: &random) { text[name] = nil }
            }
        }

        var headers: [String: String] { text.filter { $0.key == "Accept" || $0.key.hasPrefix("X") } }

        var manifest: String {
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: c}
            spec:
              name: \(text["name"] ?? "")
              primary_key: sku
              description: \(text["description"] ?? "")
              external_api_details:
                url: https://api.example.com/{sku}
                http_method: GET
                ttl: \(text["ttl"] ?? "")
                headers: {\(headers.map { "\($0.key): \($0.value)" }.sorted().joined(separator: ", "))}
                sample_placeholder_values: {sku: A}

            """
        }

        init() {}

        init(_ stored: World.Stored) {
            let details = stored.json["external_api_details"]
            text = ["name": stored.name]
            text["description"] = MarkedDescription(parsing: stored.description).text
            if case .number(let ttl)? = details?["ttl"] { text["ttl"] = ttl }
            for header in details?["headers"]?.objectValue ?? [] { text[header.key] = header.value.stringValue }
        }

        func definition(uuid: String, description marker: String?) -> Definition {
            let members: [String: ConfigValue] = [
                "url": .string(ConfigString("https://api.example.com/{sku}")),
                "http_method": .string(ConfigString("GET")), "ttl": .number(text["ttl"] ?? "0"),
                "headers": .object(headers.mapValues { .string(ConfigString($0)) }),
                "sample_placeholder_values": .object(["sku": .string(ConfigString("A"))]),
            ]
            let marked = (text["description"] ?? "") + (marker.map { " " + $0 } ?? "")
            return Definition(
                name: text["name"] ?? "", primaryKey: "sku", description: marked, details: .object(members))
        }
    }

    @Test(arguments: 1...25)
    func driftIsUndoneAndNothingElse(_ seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed))
        let world = try World()
        var wanted = Fields()
        let sent = wanted
        try world.write("c.yaml", wanted.manifest)
        #expect(try await world.pass().exitStatus(detailed: false) == .done)

        let there = try #require(try await world.stored().first)
        var theirs = Fields(there)
        theirs.change(&random, "their")
        let client = try world.client()
        defer { client.invalidate() }
        _ = try await client.update(
            there.uuid,
            to: theirs.definition(uuid: there.uuid, description: MarkedDescription.markerText(of: there.description)))
        wanted.change(&random, "our")
        try world.write("c.yaml", wanted.manifest)

        let drift = try await world.pass { $0.planning.driftOnly = true }
        #expect(drift.exitStatus(detailed: false) == .done, "\(drift)")
        let undone = Fields(try #require(try await world.stored().first))
        for name in Set(sent.text.keys).union(theirs.text.keys).union(wanted.text.keys) {
            let isDrifted = theirs.text[name] != sent.text[name]
            // A header that both sides dropped has nowhere to come back from.
            let expected = isDrifted ? wanted.text[name] : sent.text[name]
            #expect(undone.text[name] == expected, "\(name) of seed \(seed)")
        }
        #expect(try await world.pass(dryRun: true) { $0.planning.driftOnly = true }.plan?.hasChanges == false)

        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        #expect(Fields(try #require(try await world.stored().first)) == wanted, "seed \(seed)")
        #expect(try await world.pass(dryRun: true).plan?.hasChanges == false)
    }
}
