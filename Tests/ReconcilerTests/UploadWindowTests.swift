import Synchronization
import Testing

@testable import Reconciler

@Suite struct UploadWindowTests {
    private func limits(requests: Int = 100, bytes: Int = 1000, sending: Int = 100) -> UploadLimits {
        var limits = UploadLimits()
        limits.requests = requests
        limits.bytes = bytes
        limits.sending = sending
        return limits
    }

    /// Whether somebody with that many bytes would be let in now.
    private func isOpen(_ window: UploadWindow, bytes: Int = 1) async -> Bool {
        let entered = Mutex(false)
        let task = Task {
            let place = await window.enter(bytes: bytes)
            entered.withLock { $0 = true }
            place.leave()
        }
        for _ in 0..<100 { await Task.yield() }
        let wasOpen = entered.withLock { $0 }
        if wasOpen { await task.value }
        return wasOpen
    }

    @Test func bytesUnderWayAreBounded() async {
        let window = UploadWindow(limits(bytes: 1000))
        let first = await window.enter(bytes: 600)
        #expect(await !isOpen(window, bytes: 401))
        first.leave()
    }

    @Test func aBodyLargerThanTheBoundGoesUpAlone() async {
        let window = UploadWindow(limits(bytes: 1000))
        let large = await window.enter(bytes: 5000)
        #expect(await !isOpen(window))
        large.leave()
        #expect(await isOpen(window))
    }

    @Test func requestsThatWaitForAnAnswerLetOthersSend() async {
        let window = UploadWindow(limits(requests: 3, sending: 1))
        let first = await window.enter(bytes: 1)
        first.bodySent()
        first.bodySent()
        let second = await window.enter(bytes: 1)
        second.bodySent()
        let third = await window.enter(bytes: 1)
        third.bodySent()
        let waiting = Task { await window.enter(bytes: 1) }
        for _ in 0..<100 { await Task.yield() }
        first.leave()
        first.leave()
        let fourth = await waiting.value
        // Three are under way again, and one of them is sending.
        #expect(await !isOpen(window))
        for place in [second, third, fourth] { place.leave() }
    }

    @Test func aBodyThatIsGoingOutKeepsOthersBack() async {
        let window = UploadWindow(limits(sending: 2))
        let first = await window.enter(bytes: 1)
        _ = await window.enter(bytes: 1)
        let waiting = Task { await window.enter(bytes: 1) }
        for _ in 0..<100 { await Task.yield() }
        first.bodySent()
        _ = await waiting.value
    }
}
