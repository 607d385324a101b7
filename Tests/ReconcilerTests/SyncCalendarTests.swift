import Model
import Platform
import Testing

@testable import Reconciler

/// `spec.windows`: when the daemon may change the account.
@Suite struct SyncCalendarTests {
    private func unix(_ day: Int, _ hour: Int, _ minute: Int = 0, month: Int = 11) -> Double {
        Double(CivilTime.unix(year: 2026, month: month, day: day, hour: hour, minute: minute, second: 0)!)
    }

    private func berlin(_ days: Set<Int>, _ from: Int, _ to: Int) -> SyncWindow {
        SyncWindow(days: days, from: from, to: to, timezone: "Europe/Berlin")
    }

    @Test func withoutWindowsItIsAlwaysOpen() {
        #expect(SyncCalendar([]).isOpen(at: 0) && SyncCalendar([]).nextOpening(after: 0) == nil)
    }

    /// November 27th, 2026 is a Friday; Berlin is one hour ahead then.
    @Test func workingHours() {
        let calendar = SyncCalendar([berlin([1, 2, 3, 4, 5], 6 * 60, 20 * 60)])
        #expect(!calendar.isOpen(at: unix(27, 4, 59)))
        #expect(calendar.isOpen(at: unix(27, 5)))
        #expect(calendar.isOpen(at: unix(27, 18, 59)))
        #expect(!calendar.isOpen(at: unix(27, 19)))
        #expect(!calendar.isOpen(at: unix(28, 12)))
        #expect(calendar.nextOpening(after: unix(27, 5)) == nil)
        #expect(calendar.nextOpening(after: unix(27, 4)) == unix(27, 5))
        // Over the weekend.
        #expect(calendar.nextOpening(after: unix(27, 19)) == unix(30, 5))
    }

    @Test func overMidnight() {
        let calendar = SyncCalendar([berlin([5], 22 * 60, 4 * 60)])
        #expect(calendar.isOpen(at: unix(27, 21)))
        #expect(calendar.isOpen(at: unix(28, 2, 59)))
        #expect(!calendar.isOpen(at: unix(28, 3)))
        #expect(!calendar.isOpen(at: unix(28, 21)))
        // Thursday's night is not Friday's.
        #expect(!calendar.isOpen(at: unix(27, 1)))
        let whole = SyncCalendar([SyncWindow(days: [5], from: 0, to: 24 * 60, timezone: "UTC")])
        #expect(whole.isOpen(at: unix(27, 23, 59)) && !whole.isOpen(at: unix(28, 0)))
    }

    /// On March 29th, 2026 clocks in Berlin jump from two to three, on October 25th back from three to two.
    @Test func whenClocksAreChanged() {
        let morning = SyncCalendar([berlin(Set(0..<7), 6 * 60, 7 * 60)])
        #expect(morning.nextOpening(after: unix(28, 12, month: 3)) == unix(29, 4, month: 3))
        #expect(morning.nextOpening(after: unix(24, 12, month: 10)) == unix(25, 5, month: 10))
        // What would open within the hour that is left out opens behind it.
        let gap = SyncCalendar([berlin(Set(0..<7), 2 * 60 + 30, 5 * 60)])
        let opening = gap.nextOpening(after: unix(28, 12, month: 3))
        #expect(opening == unix(29, 1, 30, month: 3) || opening == unix(29, 1, month: 3), "\(opening ?? 0)")
    }

    @Test func severalOpenInTurn() {
        let calendar = SyncCalendar([
            SyncWindow(days: [0], from: 60, to: 120, timezone: "UTC"),
            SyncWindow(days: [6], from: 600, to: 660, timezone: "America/New_York"),
        ])
        #expect(calendar.nextOpening(after: unix(27, 0)) == unix(28, 15))
        #expect(calendar.nextOpening(after: unix(28, 16)) == unix(29, 1))
    }

    /// The clock of these tests stands at Tuesday, November 14th, 2023, 22:13:20 UTC.
    @Test func outsideOfWindowsAPassOnlyPlans() async throws {
        let world = try World()
        try world.writeSamples()
        try world.write(
            "policy.yaml",
            """
            apiVersion: reconcile/v1
            kind: Policy
            spec: {owner: tests, windows: [{days: "wed", from: "06:00", to: "20:00", timezone: Europe/Berlin}]}

            """)
        let closed = try await world.pass { $0.keepsToWindows = true }
        #expect(closed.held.keys.sorted() == ["plain", "profiles", "stock"])
        #expect(closed.held["plain"] == "outside of the sync windows: the next opens at 2023-11-15T05:00:00Z")
        #expect(closed.plan?.hasChanges == true && closed.opensAt == 1_700_024_400)
        #expect(try await world.stored().isEmpty)
        world.time.advance(1_700_024_400 - world.time.unixTime())
        let open = try await world.pass { $0.keepsToWindows = true }
        #expect(open.held.isEmpty && open.opensAt == nil)
        #expect(try await world.stored().count == 3)
    }

    /// A person who runs a pass has decided.
    @Test func windowsAreTheDaemons() async throws {
        let world = try World()
        try world.writeSamples()
        try world.write(
            "policy.yaml",
            "apiVersion: reconcile/v1\nkind: Policy\nspec: {windows: [{days: sun, from: \"06:00\", to: \"06:01\"}]}\n")
        try await world.pass()
        #expect(try await world.stored().count == 3)
    }
}
