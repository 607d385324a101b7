import Model
import Platform

/// Which of the Policy's windows are open when.
package struct SyncCalendar: Sendable {
    private let windows: [SyncWindow]

    package init(_ windows: [SyncWindow]) { self.windows = windows }

    /// - Parameter unix: Seconds since 1970. Without windows it is always open.
    package func isOpen(at unix: Double) -> Bool {
        windows.isEmpty
            || windows.contains { window in
                guard let time = CivilTime(unix, in: window.timezone) else { return false }
                return window.isOpen(weekday: time.weekday, minute: time.hour * 60 + time.minute)
            }
    }

    /// Seconds since 1970 at which the next window opens; nil while one is open, and where none opens within ten days.
    package func nextOpening(after unix: Double) -> Double? {
        if isOpen(at: unix) { return nil }
        return windows.compactMap { opening(of: $0, after: unix) }.min()
    }

    private func opening(of window: SyncWindow, after unix: Double) -> Double? {
        guard let now = CivilTime(unix, in: window.timezone),
            let midnight = CivilTime.unix(
                year: now.year, month: now.month, day: now.day, hour: 0, minute: 0, second: 0)
        else { return nil }
        for day in 0...10 {
            // As clocks there show it; how far they are ahead then may not be how far they are now.
            let shown = Double(midnight + day * 86_400 + window.from * 60)
            guard let offset = CivilTime.offset(of: window.timezone, at: shown) else { return nil }
            let guess = shown - Double(offset)
            let moment = shown - Double(CivilTime.offset(of: window.timezone, at: guess) ?? offset)
            if moment > unix, isOpen(at: moment) { return moment }
        }
        return nil
    }
}
