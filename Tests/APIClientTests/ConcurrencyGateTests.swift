import Synchronization
import TestSupport
import Testing

@testable import APIClient

@Suite struct ConcurrencyGateTests {
    @Test func limitsHalveOnceForAllThatWereOut() async throws {
        let gate = ConcurrencyGate(maximum: 8, time: ManualTime())
        var passes: [ConcurrencyGate.Permit] = []
        for _ in 0..<8 { passes.append(try await gate.enter()) }
        for pass in passes { await gate.leave(pass, .limited(pause: nil)) }
        #expect(await gate.width == 4)
        for expected in [2, 1, 1] {
            await gate.leave(try await gate.enter(), .limited(pause: nil))
            #expect(await gate.width == expected)
        }
    }

    @Test func successRaisesItAgainUpToTheMaximum() async throws {
        let gate = ConcurrencyGate(maximum: 4, time: ManualTime())
        for _ in 0..<3 { await gate.leave(try await gate.enter(), .limited(pause: nil)) }
        #expect(await gate.width == 1)
        var widths: [Int] = []
        for _ in 0..<20 {
            await gate.leave(try await gate.enter(), .success)
            widths.append(await gate.width)
        }
        #expect(widths.first == 2)
        #expect(widths.last == 4)
        #expect(widths == widths.sorted())
    }

    @Test func otherOutcomesChangeNothing() async throws {
        let gate = ConcurrencyGate(maximum: 4, time: ManualTime())
        await gate.leave(try await gate.enter(), .other)
        #expect(await gate.width == 4)
    }

    @Test func aPauseHoldsEverybodyBack() async throws {
        let time = ManualTime()
        let gate = ConcurrencyGate(maximum: 4, time: time)
        await gate.leave(try await gate.enter(), .limited(pause: 30))
        _ = try await gate.enter()
        #expect(time.slept == [30])
        _ = try await gate.enter()
        #expect(time.slept == [30])
    }

    @Test func whoeverWaitsGoesInWhenSomebodyLeaves() async throws {
        let gate = ConcurrencyGate(maximum: 1, time: ManualTime())
        let pass = try await gate.enter()
        let waiting = Task { try await gate.enter() }
        await gate.leave(pass, .success)
        _ = try await waiting.value
    }

    @Test func cancellingAWaiterTakesNoPlace() async throws {
        let gate = ConcurrencyGate(maximum: 1, time: ManualTime())
        let pass = try await gate.enter()
        let waiting = Task { try await gate.enter() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
        await gate.leave(pass, .success)
        _ = try await gate.enter()
    }

    @Test func aLimitedServiceSeesFewerRequestsAtATime() async throws {
        let transport = FakeTransport { _ in .status(429) }
        let client = try client(transport, retry: RetryPolicy(maxAttempts: 3), concurrency: 8)
        _ = await failure { try await client.connection(uuid) }
        #expect(await client.runner.width == 1)
    }

    @Test func untilTheFirstComplaintEachRoundDoublesTheNumber() async throws {
        let gate = ConcurrencyGate(maximum: 32, time: ManualTime())
        var widths: [Int] = []
        for _ in 0..<3 {
            widths.append(await gate.width)
            for _ in 0..<(await gate.width) { await gate.leave(try await gate.enter(), .success) }
        }
        #expect(widths == [8, 16, 32])
        await gate.leave(try await gate.enter(), .limited(pause: nil))
        for _ in 0..<16 { await gate.leave(try await gate.enter(), .success) }
        #expect(await gate.width == 16)
        await gate.leave(try await gate.enter(), .success)
        #expect(await gate.width == 17)
    }

    @Test(arguments: [429, 503])
    func whatOneRequestIsToldSlowsAllOthers(status: Int) async throws {
        let transport = CountingTransport { $0 <= 8 ? .status(status) : .status(200) }
        let configuration = try APIClientConfiguration(
            baseURL: "https://api.test/v1", keys: testKeys(), userAgent: "reconcile/test", maxConcurrency: 16)
        let client = APIClient(configuration: configuration, transport: transport, time: ManualTime())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 { group.addTask { try await client.delete("c\(number)") } }
            try await group.waitForAll()
        }
        let together = transport.together
        #expect(together.count == 48)
        #expect(together.prefix(8).max() == 8)
        // Those 8 were out together: they count as one complaint.
        #expect(together[8..<12].allSatisfy { $0 <= 4 }, "\(together)")
        #expect(together.dropFirst(8).max() ?? .max < 16, "\(together)")
    }
}

/// Answers by the number of a request, from 1, and counts how many are under way together.
private final class CountingTransport: HTTPTransport {
    private struct State {
        var underWay = 0
        var together: [Int] = []
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Int) -> FakeTransport.Outcome

    init(answer: @escaping @Sendable (Int) -> FakeTransport.Outcome) {
        self.answer = answer
    }

    /// For each request how many were under way when it began, itself included.
    var together: [Int] { state.withLock(\.together) }

    func send(_ request: HTTPCall) async -> FakeTransport.Outcome {
        let number = state.withLock { state in
            state.underWay += 1
            state.together.append(state.underWay)
            return state.together.count
        }
        // The first eight wait for each other, so that they are out together whatever the scheduler does.
        while number <= 8, state.withLock({ $0.together.count }) < 8 { await Task.yield() }
        for _ in 0..<50 { await Task.yield() }
        state.withLock { $0.underWay -= 1 }
        return answer(number)
    }

    func invalidate() {}
}
