import Emulator
import Testing

@testable import Reconciler

/// Each way in which the service may differ: a first pass, an idle one, and an idle one without state.
@Suite struct DialectTests {
    /// Dialects under which a pass simply works, with and without state.
    private static let harmless: [Dialect] = [
        .wrappedList, .wrappedListItems, .wrappedListData, .bareListItems, .staleList, .maskedHeaders,
        .trimmedDescriptions, .defaultsFilled, .emptyAsNull, .replacingPut, .putEmptyAnswer, .noRepeatOfCompleted,
        .noLoc, .noDeleteData, .duplicateReferences, .putIgnoresDetails,
    ]

    @Test(arguments: harmless)
    func aPassConvergesAndStaysIdle(_ dialect: Dialect) async throws {
        try await expectIdle([dialect])
    }

    @Test func severalAtATime() async throws {
        try await expectIdle([.wrappedList, .bareListItems, .maskedHeaders, .defaultsFilled, .emptyAsNull])
        try await expectIdle([.replacingPut, .putEmptyAnswer, .staleList, .trimmedDescriptions, .noRepeatOfCompleted])
    }

    private func expectIdle(_ dialects: Set<Dialect>) async throws {
        let world = try World(dialects: dialects)
        try world.writeSamples()
        let first = try await world.pass()
        #expect(first.exitStatus(detailed: false) == .done, "\(first)")
        #expect(try await world.stored().map(\.name).sorted() == ["Plain", "Profiles", "Stock"])
        let before = try await world.requestCount
        let second = try await world.pass()
        #expect(second.exitStatus(detailed: true) == .done, "\(second)")
        world.forgetState()
        let third = try await world.pass()
        #expect(third.exitStatus(detailed: true) == .done, "\(third)")
        #expect(try await world.writes(from: before) == [])
        await world.emulator.stop()
    }

    @Test func aPagedListIsAnErrorNotHalfAnAccount() async throws {
        let world = try World()
        try world.writeSamples()
        try await world.pass()
        _ = try await world.admin("POST", "dialects", #"{"dialects": ["paged-list"]}"#)
        let before = try await world.requestCount
        let outcome = try await world.pass()
        #expect(outcome.exitStatus(detailed: false) == .failed)
        #expect(outcome.failure?.message.contains("page") == true, "\(outcome.failure?.message ?? "")")
        #expect(try await world.writes(from: before) == [])
        await world.emulator.stop()
    }

    @Test(arguments: [Dialect.forbiddenKeys, .forbiddenKeys403])
    func keysThatAreRefusedAnotherWayEndAlike(_ dialect: Dialect) async throws {
        let world = try World(dialects: [dialect])
        try world.writeSamples()
        let outcome = try await world.pass(apiKey: "wrong")
        #expect(outcome.exitStatus(detailed: false) == .authenticationFailed)
        await world.emulator.stop()
    }

    @Test func aServiceThatCutsDescriptionsStopsTheConnectionOnce() async throws {
        let world = try World(dialects: [.truncatedDescriptions])
        try world.writeSamples()
        try world.write(
            "plain.yaml",
            World.plain.replacing(
                "primary_key: id", with: "primary_key: id, description: \(String(repeating: "long ", count: 14))"))
        let first = try await world.pass()
        #expect(first.results["plain"]?.failure?.help?.contains("ownership: state") == true)
        let before = try await world.requestCount
        let second = try await world.pass()
        #expect(second.exitStatus(detailed: false) == .refused)
        #expect(
            try await world.writes(from: before).filter { $0.contains("PUT") || $0.hasSuffix("/connections") } == [])
        #expect(try await world.stored().filter { $0.name == "Plain" }.count == 1)
        // Without state it is not created a second time either.
        world.forgetState()
        let third = try await world.pass()
        #expect(third.exitStatus(detailed: false) == .refused)
        #expect(try await world.stored().filter { $0.name == "Plain" }.count == 1)
        await world.emulator.stop()
    }

    @Test func aFieldThatTheServiceDoesNotTakeIsReportedOnce() async throws {
        let world = try World(dialects: [.putIgnoresDetails])
        try world.writeSamples()
        try await world.pass()
        try world.write("stock.yaml", World.stock.replacing("ttl: 60", with: "ttl: 90"))
        let second = try await world.pass()
        #expect(second.exitStatus(detailed: false) == .done)
        #expect(second.results["stock"]?.warnings.first?.contains("did not take external_api_details.ttl") == true)
        let before = try await world.requestCount
        let third = try await world.pass()
        #expect(third.results["stock"]?.warnings ?? [] == [])
        #expect(try await world.writes(from: before) == [])
        await world.emulator.stop()
    }
}
