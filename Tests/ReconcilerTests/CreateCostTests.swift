import Foundation
import TestSupport
import Testing

@testable import Reconciler

/// What a first pass costs in requests: the vendor may allow few.
@Suite struct CreateCostTests {
    @Test func aCreateThatGoesOnToFailSaysWhy() async throws {
        let world = try World(faults: "error_before=503@POST:*")
        try world.write("plain.yaml", World.plain)
        let failure = try await world.pass().results["plain"]?.failure
        #expect(failure?.message.contains("503") == true, "\(failure?.message ?? "it did not fail")")
        #expect(try await world.requests().filter { $0.hasPrefix("POST ") }.count == 3)
    }

    @Test func manyCreatesNeedTwoLists() async throws {
        let world = try World()
        for number in 0..<12 {
            try world.write(
                "\(number).yaml",
                "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: c\(number)}\n"
                    + "spec: {name: C \(number), primary_key: id}\n")
        }
        let outcome = try await world.pass()
        #expect(outcome.results.count == 12)
        #expect(outcome.exitStatus(detailed: false) == .done)
        let requests = try await world.requests()
        #expect(requests.filter { $0.hasPrefix("POST ") }.count == 12)
        #expect(requests.filter { $0.hasPrefix("GET ") && $0.hasSuffix("/connections") }.count == 2)
        #expect(requests.count == 14, "\(requests)")
        let before = requests.count
        _ = try await world.pass()
        #expect(try await world.requests(from: before).count == 1)
    }
}
