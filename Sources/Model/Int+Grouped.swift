extension Int {
    /// With what is counted: `1 row`, `2,000 rows`.
    package func counted(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }

    /// With commas between thousands: `1,000,000`.
    package var grouped: String {
        var text = ""
        for (offset, digit) in String(magnitude).reversed().enumerated() {
            if offset > 0, offset % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + String(text.reversed())
    }
}
