import Platform
import Testing

@Suite struct CivilTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_700_000_000, "2023-11-14T22:13:20Z"),
        (-1, "1969-12-31T23:59:59Z"), (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ])
    func momentsInUTC(unix: Int, text: String) { #expect(CivilTime(utc: Double(unix)).rfc3339 == text) }

    /// RFC 9110, section 5.6.7.
    @Test func theExampleOfHTTP() { #expect(CivilTime(utc: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT") }

    @Test func thereAndBack() {
        for unix in stride(from: -2_000_000_000, through: 5_000_000_000, by: 86_400 * 13 + 3_607) {
            let time = CivilTime(utc: Double(unix))
            #expect(
                CivilTime.unix(
                    year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
                    second: time.second) == unix)
        }
    }

    @Test(arguments: [(2023, 2, 29), (2023, 4, 31), (2023, 13, 1), (2023, 0, 1), (2023, 1, 0), (0, 1, 1)])
    func whatIsNoDayIsNone(year: Int, month: Int, day: Int) {
        #expect(CivilTime.unix(year: year, month: month, day: day, hour: 0, minute: 0, second: 0) == nil)
    }
}
