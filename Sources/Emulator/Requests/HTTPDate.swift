import Glibc

/// Dates in HTTP's preferred form (RFC 9110, section 5.6.7).
enum HTTPDate {
    /// Such as `Sun, 06 Nov 1994 08:49:37 GMT`, from seconds since 1970.
    static func text(_ seconds: Double) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(parts.tm_wday)]
        let month = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ][Int(parts.tm_mon)]
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { two(Int($0)) }.joined(separator: ":")
        return "\(day), \(two(Int(parts.tm_mday))) \(month) \(parts.tm_year + 1900) \(clock) GMT"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
