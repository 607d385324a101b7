import TestSupport
import Testing

@testable import APIClient

@Suite struct RequestPacerTests {
    @Test(arguments: [
        ("50/10s", 50, 10.0), ("5/s", 5, 1), ("600/1m", 600, 60), ("1/500ms", 1, 0.5), ("2/h", 2, 3600),
    ])
    func aRateIsRead(text: String, count: Int, seconds: Double) {
        #expect(RequestRate(parsing: text) == RequestRate(count: count, seconds: seconds))
    }

    @Test(arguments: ["", "50", "50/", "/10s", "0/10s", "-1/s", "50/10", "50/0s", "50/10x", "1/99999h", "5/s/s"])
    func whatIsNoRateIsNone(text: String) { #expect(RequestRate(parsing: text) == nil) }

    @Test func headersNameARate() {
        let rate = RequestRate(count: 50, seconds: 10)
        #expect(RequestRate(headers: ["ratelimit-policy": "50;w=10"]) == rate)
        #expect(RequestRate(headers: ["x-ratelimit-limit": "50", "x-ratelimit-window": "10"]) == rate)
        #expect(RequestRate(headers: ["x-ratelimit-limit": "50"]) == nil)
        #expect(RequestRate(headers: ["ratelimit-policy": "0;w=10"]) == nil)
    }

    /// A service with a sliding window, on the test's clock.
    private struct Limiter {
        let rate: RequestRate
        var admitted: [Double] = []
        var refusals = 0

        mutating func take(at now: Double) -> Double? {
            admitted.removeAll { $0 <= now - rate.seconds }
            if admitted.count < rate.count {
                admitted.append(now)
                return nil
            }
            refusals += 1
            return admitted[0] + rate.seconds - now
        }
    }

    /// Sends so many requests, each tried again until it is taken, and returns the refusals and the seconds that it took.
    private func send(
        _ count: Int, to rate: RequestRate, told: RequestRate? = nil, saysWait: Bool = true
    ) async throws -> (refusals: Int, seconds: Double) {
        let time = ManualTime()
        let pacer = RequestPacer(rate: told, time: time)
        var limiter = Limiter(rate: rate)
        let start = time.uptime()
        for _ in 0..<count {
            while true {
                let began = try await pacer.enter()
                try await time.sleep(seconds: 0.01)
                guard let wait = limiter.take(at: time.uptime()) else {
                    await pacer.leave(began: began, .other)
                    break
                }
                await pacer.leave(began: began, .limited(hint: nil, pause: saysWait ? wait.rounded(.up) : nil))
                try await time.sleep(seconds: saysWait ? wait.rounded(.up) : 0.5)
            }
        }
        return (limiter.refusals, time.uptime() - start)
    }

    @Test func whatIsToldIsKept() async throws {
        let rate = RequestRate(count: 50, seconds: 10)
        let (refusals, seconds) = try await send(500, to: rate, told: rate)
        #expect(refusals == 0)
        #expect(seconds < 1.05 * 90 + 10)
    }

    @Test(arguments: [true, false]) func whatIsNotToldIsLearned(saysWait: Bool) async throws {
        let (refusals, seconds) = try await send(500, to: RequestRate(count: 50, seconds: 10), saysWait: saysWait)
        #expect(refusals <= 25, "\(refusals) refusals")
        #expect(seconds < 1.2 * 90, "\(seconds) s")
    }

    @Test func otherWindowsAreLearnedFromWhatTheServiceAsksFor() async throws {
        let (refusals, seconds) = try await send(500, to: RequestRate(count: 20, seconds: 2))
        #expect(refusals <= 25, "\(refusals) refusals")
        #expect(seconds < 1.6 * 48, "\(seconds) s")
    }

    @Test func oneComplaintByMistakeIsSoonForgotten() async throws {
        let time = ManualTime()
        let pacer = RequestPacer(rate: nil, time: time)
        let start = time.uptime()
        for number in 0..<5000 {
            let began = try await pacer.enter()
            try await time.sleep(seconds: 0.001)
            await pacer.leave(began: began, number == 20 ? .limited(hint: nil, pause: 1) : .other)
        }
        #expect(time.uptime() - start < 60)
    }

    @Test func aComplaintAfterFewRequestsTeachesNothing() async throws {
        let time = ManualTime()
        let pacer = RequestPacer(rate: nil, time: time)
        await pacer.leave(began: try await pacer.enter(), .other)
        await pacer.leave(began: try await pacer.enter(), .limited(hint: nil, pause: 1))
        #expect(await pacer.rate == nil)
    }
}
