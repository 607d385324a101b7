import Emulator
import Testing

@testable import Reconciler

/// A first pass meets each kind of fault at each of its requests, and nothing of it shows in the end.
@Suite struct FaultTests {
    /// Requests that a first pass over the samples sends where nothing goes wrong, with some to spare.
    private static let requests = 1...20

    @Test(arguments: [
        "latency=0", "rate_limited=1", "rate_limited=date:2", "error_before=500", "error_before=503", "error_after=500",
        "error_after=502", "cut_before", "cut_after", "truncated",
    ])
    func aFirstPassComesThrough(_ fault: String) async throws {
        for number in Self.requests {
            let world = try World(faults: "\(fault)@\(number)")
            try world.writeSamples()
            let outcome = try await world.pass()
            try await expectConverged(world, outcome, "\(fault)@\(number)")
            await world.emulator.stop()
        }
    }

    @Test(arguments: ["error_after=500", "cut_after", "cut_before", "truncated"])
    func aFirstPassWithoutMarkersComesThrough(_ fault: String) async throws {
        for number in Self.requests {
            let world = try World(faults: "\(fault)@\(number)")
            try world.writeSamples(ownership: "state")
            let outcome = try await world.pass()
            try await expectConverged(world, outcome, "\(fault)@\(number) without markers")
            await world.emulator.stop()
        }
    }

    /// A fifth of all requests fails in some way, chosen by a seed: passes converge, however many it takes.
    @Test(arguments: 1...25)
    func seededFaultsOnlyCostTime(_ seed: Int) async throws {
        let world = try World()
        try world.writeSamples()
        _ = try await world.admin("POST", "faults", #"{"seed": \#(seed), "rate": 0.2}"#)
        var outcome = try await world.pass()
        for _ in 0..<4 where outcome.exitStatus(detailed: false) != .done { outcome = try await world.pass() }
        _ = try await world.admin("POST", "faults", "{}")
        try await expectConverged(world, outcome, "seed \(seed)")
        await world.emulator.stop()
    }

    @Test func theSpareRequestsAreReallySpare() async throws {
        let world = try World()
        try world.writeSamples()
        try await world.pass()
        #expect(try await world.requestCount < Self.requests.upperBound)
        await world.emulator.stop()
    }

    private func expectConverged(_ world: World, _ outcome: PassOutcome, _ what: String) async throws {
        #expect(outcome.exitStatus(detailed: false) == .done, "\(what): \(outcome)")
        let stored = try await world.stored()
        #expect(stored.map(\.name).sorted() == ["Plain", "Profiles", "Stock"], "\(what)")
        #expect(stored.first { $0.name == "Profiles" }?.rows == 25, "\(what)")
        #expect(stored.first { $0.name == "Profiles" }?.references == 1, "\(what)")
        let before = try await world.requestCount
        let next = try await world.pass()
        #expect(next.exitStatus(detailed: true) == .done, "\(what), next pass")
        #expect(try await world.writes(from: before) == [], "\(what), next pass")
    }
}
