import Platform

/// The `Retry-After` header: seconds, or one of the three forms of an HTTP date (RFC 9110, 5.6.7).
enum RetryAfter {
    /// Seconds from `now` (Unix time), never negative; nil for what is neither.
    static func seconds(_ text: String, now: Double) -> Double? {
        let text = text.trimmingBlanks
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return Double(text)
        }
        return date(text, now: now).map { max(0, Double($0) - now) }
    }

    /// Seconds by which an HTTP date is ahead of `now`; nil for what is none.
    static func difference(_ text: String, now: Double) -> Double? { date(text, now: now).map { Double($0) - now } }

    /// Unix seconds of `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    private static func date(_ text: String, now: Double) -> Int? {
        let words = text.split(whereSeparator: { " ,-".contains($0) }).map(String.init)
        switch words.count {
        case 6 where words[5] == "GMT":
            guard let year = year(words[3], now: now) else { return nil }
            return unix(day: words[1], month: words[2], year: year, clock: words[4])
        case 5:
            guard let year = year(words[4], now: now) else { return nil }
            return unix(day: words[2], month: words[1], year: year, clock: words[3])
        default: return nil
        }
    }

    /// Two digits mean the year that is at most 50 years ahead.
    private static func year(_ text: String, now: Double) -> Int? {
        guard let year = Int(text), year >= 0, text.utf8.count == 4 || text.utf8.count == 2 else { return nil }
        if text.utf8.count == 4 { return year }
        let current = 1970 + Int(now / 31_556_952)
        let guess = current - current % 100 + year
        return guess > current + 50 ? guess - 100 : guess
    }

    private static func unix(day: String, month: String, year: Int, clock: String) -> Int? {
        let time = clock.split(separator: ":", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard let day = Int(day), let month = CivilTime.months.firstIndex(of: month), time.count == 3 else {
            return nil
        }
        return CivilTime.unix(
            year: year, month: month + 1, day: day, hour: time[0], minute: time[1], second: time[2])
    }
}

extension String {
    /// Without blanks, tabs and line breaks at both ends.
    var trimmingBlanks: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0.isNewline || $0 == "\t" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
