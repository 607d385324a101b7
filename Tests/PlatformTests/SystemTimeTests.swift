import Platform
import Testing

@Suite(.timeLimit(.minutes(1))) struct SystemTimeTests {
    @Test func aWaitEnds() async throws {
        let time = SystemTime()
        let began = time.uptime()
        try await time.sleep(seconds: 0.01)
        #expect(time.uptime() - began >= 0.01)
        try await time.sleep(seconds: -1)
    }

    @Test func aCancelledWaitEndsAtOnce() async {
        let wait = Task { try await SystemTime().sleep(seconds: 3600) }
        wait.cancel()
        await #expect(throws: CancellationError.self) { try await wait.value }
    }

    /// However the cancellation and the beginning meet.
    @Test func aThousandCancelledWaitsAllEnd() async {
        let ended = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 {
                group.addTask {
                    let wait = Task { try await SystemTime().sleep(seconds: .infinity) }
                    await Task.yield()
                    wait.cancel()
                    do { try await wait.value } catch is CancellationError { return true } catch {}
                    return false
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(ended == 1000)
    }
}
