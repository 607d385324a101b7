/// A time of the week in which the daemon may change the account: `spec.windows` of the Policy.
package struct SyncWindow: Sendable, Hashable {
    /// The days on which it opens; 0 is Sunday.
    package var days: Set<Int>
    /// Minutes since midnight: from this one on, up to but not including that one. Where it does not end later than it
    /// begins it ends on the next day.
    package var from: Int
    package var to: Int
    /// Of the IANA database, such as `Europe/Berlin`.
    package var timezone: String

    package init(days: Set<Int>, from: Int, to: Int, timezone: String) {
        self.days = days
        self.from = from
        self.to = to
        self.timezone = timezone
    }

    package static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// - Parameters:
    ///   - weekday: 0 is Sunday.
    ///   - minute: Since midnight, both in its time zone.
    package func isOpen(weekday: Int, minute: Int) -> Bool {
        if from < to { return days.contains(weekday) && from <= minute && minute < to }
        return days.contains(weekday) && minute >= from || days.contains((weekday + 6) % 7) && minute < to
    }
}
