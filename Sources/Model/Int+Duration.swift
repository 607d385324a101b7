extension Int {
    /// Seconds as people say them: `28 days`, `1 hour 30 minutes`, `45 seconds`; exact, with as many words as it takes.
    package var durationWords: String {
        if self <= 0 { return "0 seconds" }
        let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")]
        var rest = self
        var words: [String] = []
        for (size, name) in units where rest >= size {
            let count = rest / size
            rest %= size
            words.append("\(count.grouped) \(name)\(count == 1 ? "" : "s")")
        }
        return words.joined(separator: " ")
    }
}
