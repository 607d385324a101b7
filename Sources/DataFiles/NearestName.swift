/// Finds what somebody may have meant.
enum NearestName {
    /// A sentence that names the nearest of the known names, or all of them.
    static func help(for name: String, among known: [String], kind: String) -> String {
        let ranked = known.map { ($0, distance(Array(name.lowercased().utf8), Array($0.lowercased().utf8))) }
        if let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= max(1, name.utf8.count / 3) {
            return "did you mean \"\(best.0)\"?"
        }
        let shown = known.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
        return "the \(kind) are \(shown)\(known.count > 20 ? " and \(known.count - 20) more" : "")"
    }

    /// Insertions, deletions and replacements that lead from one to the other (Levenshtein).
    static func distance(_ from: [UInt8], _ to: [UInt8]) -> Int {
        // A name of thousands of bytes resembles nothing, and the table would be large.
        if max(from.count, to.count) > 128 { return Int.max }
        var row = Array(0...to.count)
        for (i, a) in from.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in to.enumerated() {
                let replaced = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[to.count]
    }
}
