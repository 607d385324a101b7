import Model

/// Writes the text format of Prometheus, version 0.0.4.
struct PrometheusText {
    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""

    /// Begins a family; its samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n"
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        let isWhole = value == value.rounded() && abs(value) < 1e15
        text += isWhole ? " \(Int(value))\n" : " \(value)\n"
    }

    /// A family of one sample.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        family(name, kind, help)
        sample(name, [], value)
    }

    /// A family of one histogram.
    mutating func histogram(_ name: String, _ help: String, _ durations: DurationHistogram) {
        family(name, .histogram, help)
        var total = 0
        for (bound, count) in zip(durations.bounds, durations.counts) {
            total += count
            let isWhole = bound == bound.rounded()
            sample(name + "_bucket", [("le", isWhole ? "\(Int(bound))" : "\(bound)")], Double(total))
        }
        sample(name + "_bucket", [("le", "+Inf")], Double(durations.count))
        sample(name + "_sum", [], durations.sum)
        sample(name + "_count", [], Double(durations.count))
    }

    static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
