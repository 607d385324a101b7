import Testing

@testable import APIClient

@Suite struct RetryAfterTests {
    @Test(
        arguments: [
            ("0", 0), ("120", 120), (" 7 ", 7), ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 37), ("Sun Nov  6 08:49:37 1994", 37),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("Thu, 29 Feb 1996 08:49:00 GMT", 41_472_000),
        ])
    func secondsAndDatesAreRead(text: String, seconds: Double) {
        // 1994-11-06 08:49:00 UTC
        #expect(RetryAfter.seconds(text, now: 784_111_740) == seconds)
    }

    @Test(
        arguments: [
            "", "soon", "-1", "1.5", "Sun, 06 Nov 1994 08:49:37", "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:00:00 GMT", "Sun, 06 Nov 1994 08:49 GMT",
        ])
    func anythingElseIsNot(text: String) {
        #expect(RetryAfter.seconds(text, now: 784_111_740) == nil)
    }
}
