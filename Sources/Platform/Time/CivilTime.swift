import Foundation
import Glibc

/// A moment as people write it: the one calendar of the program.
package struct CivilTime: Sendable, Hashable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    /// 1 to 31.
    package var day: Int
    package var hour: Int
    package var minute: Int
    /// 0 to 60.
    package var second: Int
    /// 0 is Sunday.
    package var weekday: Int

    /// In UTC. `unix` is seconds since 1970.
    package init(utc unix: Double) {
        var parts = tm()
        var seconds = Self.whole(unix)
        gmtime_r(&seconds, &parts)
        self.init(parts)
    }

    /// Where this machine is.
    package init(local unix: Double) {
        var parts = tm()
        var seconds = Self.whole(unix)
        localtime_r(&seconds, &parts)
        self.init(parts)
    }

    /// In a time zone of the IANA database. Nil where this machine knows no such zone.
    package init?(_ unix: Double, in zone: String) {
        guard let offset = Self.offset(of: zone, at: unix) else { return nil }
        self.init(utc: unix + Double(offset))
    }

    /// Seconds by which clocks of a time zone are ahead of UTC then; nil where this machine knows no such zone.
    package static func offset(of zone: String, at unix: Double) -> Int? {
        // Others than these are abbreviations, of which one stands for several zones.
        guard zone == "UTC" || zone.contains("/") else { return nil }
        return TimeZone(identifier: zone)?.secondsFromGMT(for: Date(timeIntervalSince1970: unix))
    }

    private init(_ parts: tm) {
        year = Int(parts.tm_year) + 1900
        month = Int(parts.tm_mon) + 1
        day = Int(parts.tm_mday)
        hour = Int(parts.tm_hour)
        minute = Int(parts.tm_min)
        second = Int(parts.tm_sec)
        weekday = Int(parts.tm_wday)
    }

    /// Years of more than four digits are not written anywhere.
    private static func whole(_ unix: Double) -> time_t {
        time_t(max(-62_135_596_800, min(253_402_300_799, unix.rounded(.down))))
    }

    /// Seconds since 1970 of a moment in UTC; nil where the calendar has no such moment.
    package static func unix(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    ) -> Int? {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        var parts = tm()
        parts.tm_year = Int32(year - 1900)
        parts.tm_mon = Int32(month - 1)
        parts.tm_mday = Int32(day)
        parts.tm_hour = Int32(hour)
        parts.tm_min = Int32(minute)
        parts.tm_sec = Int32(second)
        let seconds = timegm(&parts)
        // February 30th becomes March 1st.
        return parts.tm_mday == Int32(day) || second == 60 ? seconds : nil
    }

    /// `12:34:56`.
    package var clock: String { "\(Self.two(hour)):\(Self.two(minute)):\(Self.two(second))" }
    /// `2026-11-26`.
    package var date: String { "\(Self.four(year))-\(Self.two(month))-\(Self.two(day))" }
    /// RFC 3339 for a moment in UTC: `2026-11-26T12:34:56Z`.
    package var rfc3339: String { "\(date)T\(clock)Z" }
    /// HTTP's preferred form (RFC 9110, section 5.6.7) for a moment in UTC: `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var httpDate: String {
        "\(Self.weekdays[weekday]), \(Self.two(day)) \(Self.months[month - 1]) \(Self.four(year)) \(clock) GMT"
    }

    /// English abbreviations, from Sunday on.
    package static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    /// English abbreviations, from January on.
    package static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func four(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
