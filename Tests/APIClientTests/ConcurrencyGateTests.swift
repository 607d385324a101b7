import Testing

@testable import APIClient

@Suite struct ConcurrencyGateTests {
    @Test func limitsHalveOnceForAllThatWereOut() async throws {
        let gate = ConcurrencyGate(maximum: 8, time: FakeTime())
        var passes: [ConcurrencyGate.Pass] = []
        for _ in 0..<8 { passes.append(try await gate.enter()) }
        for pass in passes { await gate.leave(pass, .limited(pause: nil)) }
        #expect(await gate.width == 4)
        for expected in [2, 1, 1] {
            await gate.leave(try await gate.enter(), .limited(pause: nil))
            #expect(await gate.width == expected)
        }
    }

    @Test func successRaisesItAgainUpToTheMaximum() async throws {
        let gate = ConcurrencyGate(maximum: 4, time: FakeTime())
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
        let gate = ConcurrencyGate(maximum: 4, time: FakeTime())
        await gate.leave(try await gate.enter(), .other)
        #expect(await gate.width == 4)
    }

    @Test func aPauseHoldsEverybodyBack() async throws {
        let time = FakeTime()
        let gate = ConcurrencyGate(maximum: 4, time: time)
        await gate.leave(try await gate.enter(), .limited(pause: 30))
        _ = try await gate.enter()
        #expect(time.slept == [30])
        _ = try await gate.enter()
        #expect(time.slept == [30])
    }

    @Test func whoeverWaitsGoesInWhenSomebodyLeaves() async throws {
        let gate = ConcurrencyGate(maximum: 1, time: FakeTime())
        let pass = try await gate.enter()
        let waiting = Task { try await gate.enter() }
        await gate.leave(pass, .success)
        _ = try await waiting.value
    }

    @Test func cancellingAWaiterTakesNoPlace() async throws {
        let gate = ConcurrencyGate(maximum: 1, time: FakeTime())
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
}
