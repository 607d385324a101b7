import Testing

@testable import Model

@Suite struct DurationTests {
    @Test(arguments: [
        (2_419_200, "28 days"), (5400, "1 hour 30 minutes"), (1, "1 second"),
        (90_061, "1 day 1 hour 1 minute 1 second"),
        (0, "0 seconds"), (86_400_000, "1,000 days"),
    ])
    func secondsAsPeopleSayThem(seconds: Int, words: String) { #expect(seconds.durationWords == words) }
}
