import Foundation
import Planner
import Synchronization
import Testing

@testable import Reconciler

/// What a daemon asks of a pass: to leave connections alone, and to end.
@Suite struct StoppingTests {
    @Test func aConnectionThatIsHeldBackIsLeftAloneAndNamed() async throws {
        let world = try World()
        try world.writeSamples()
        let outcome = try await world.pass { configuration in
            configuration.holdBack = { $0.key == "plain" ? "not yet" : nil }
        }
        #expect(outcome.held == ["plain": "not yet"])
        #expect(try await world.stored().map(\.name).sorted() == ["Profiles", "Stock"])
        let next = try await world.pass()
        #expect(next.held.isEmpty)
        #expect(try await world.stored().count == 3)
    }

    @Test func onlyWhatIsToBeDoneIsAskedAbout() async throws {
        let world = try World()
        try world.writeSamples()
        try await world.pass()
        let outcome = try await world.pass { $0.holdBack = { _ in "never" } }
        #expect(outcome.held.isEmpty)
        #expect(outcome.exitStatus(detailed: false) == .done)
    }

    @Test func aPassThatIsToldToStopWritesNothingMore() async throws {
        let world = try World()
        try world.writeSamples()
        let outcome = try await world.pass { $0.isStopping = { true } }
        #expect(outcome.failure?.isInterruption == true)
        #expect(try await world.stored().isEmpty)
    }

    @Test func uploadedRowsAreCounted() async throws {
        let world = try World()
        try world.writeSamples()
        let outcome = try await world.pass()
        #expect(outcome.results["profiles"]?.uploadedRows == 25)
        #expect(outcome.results["plain"]?.uploadedRows == 0)
    }
}
