/// Which known name was probably meant.
package enum NearestName {
    /// The nearest of `known` where it is near enough to be meant: the same but for case and `_`, or at most a third
    /// of the letters wrong, added, missing or swapped with their neighbour.
    package static func find(_ name: String, in known: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let plain = simplified(name)
        if let same = known.first(where: { simplified($0) == plain }) { return same }
        let scored = known.map { (name: $0, distance: distance(Array(name.utf8), Array($0.utf8))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, min(name.utf8.count, best.name.utf8.count) / 3) ? best.name : nil
    }

    /// A sentence that names the nearest of the known names, or lists them: `the columns are "a", "b"`.
    package static func help(for name: String, among known: [String], kind: String) -> String {
        if let near = find(name, in: known) { return "did you mean \"\(near)\"?" }
        let shown = known.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
        return "the \(kind) are \(shown)\(known.count > 20 ? " and \(known.count - 20) more" : "")"
    }

    private static func simplified(_ name: String) -> String {
        name.lowercased().filter { $0 != "_" && $0 != "-" }
    }

    /// Edits between two texts, a swap of neighbours being one (optimal string alignment).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var older: [Int] = []
        var previous = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for column in right.indices {
                let isSame = byte == right[column]
                var best = min(previous[column + 1] + 1, current[column] + 1, previous[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, byte == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, older[column - 1] + 1)
                }
                current.append(best)
            }
            (older, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
