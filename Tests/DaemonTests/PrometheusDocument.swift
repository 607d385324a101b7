/// A strict reading of the text format of Prometheus, version 0.0.4.
struct PrometheusDocument {
    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    struct Sample {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    struct Family {
        var kind: String
        var help: String
        var samples: [Sample] = []
    }

    private(set) var families: [String: Family] = [:]

    /// Errors: the first line that the format does not allow.
    init(parsing text: String) throws(Problem) {
        guard text.utf8.last == UInt8(ascii: "\n") else { throw Problem(description: "the last line does not end") }
        var current: String?
        var help: (name: String, text: String)?
        var seen: Set<String> = []
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# HELP ") {
                let parts = line.dropFirst(7).split(separator: " ", maxSplits: 1).map(String.init)
                guard parts.count == 2, Self.isName(parts[0]), help == nil else {
                    throw Problem(description: "bad HELP: \(line)")
                }
                help = (parts[0], parts[1])
            } else if line.hasPrefix("# TYPE ") {
                let parts = line.dropFirst(7).split(separator: " ").map(String.init)
                guard parts.count == 2, ["counter", "gauge", "histogram"].contains(parts[1]), let about = help,
                    about.name == parts[0], families[parts[0]] == nil
                else { throw Problem(description: "bad TYPE, or a second of that name: \(line)") }
                families[parts[0]] = Family(kind: parts[1], help: about.text)
                (current, help) = (parts[0], nil)
            } else {
                let sample = try Self.sample(line)
                guard let name = current, let family = families[name], Self.belongs(sample.name, to: name, family.kind)
                else { throw Problem(description: "a sample outside of its family: \(line)") }
                let identity = sample.name + "\(sample.labels.sorted { $0.key < $1.key })"
                guard seen.insert(identity).inserted else { throw Problem(description: "twice: \(line)") }
                families[name]?.samples.append(sample)
            }
        }
        for (name, family) in families {
            if family.kind == "counter", !name.hasSuffix("_total") {
                throw Problem(description: "the counter \(name) does not end in _total")
            }
            if family.kind != "counter", name.hasSuffix("_total") {
                throw Problem(description: "\(name) ends like a counter")
            }
            if family.kind == "counter", family.samples.contains(where: { !($0.value >= 0) }) {
                throw Problem(description: "the counter \(name) is below zero")
            }
        }
    }

    /// The value of a series; nil where there is none.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.values.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }

    private static func belongs(_ sample: String, to family: String, _ kind: String) -> Bool {
        kind == "histogram"
            ? [family + "_bucket", family + "_sum", family + "_count"].contains(sample) : sample == family
    }

    private static func isName(_ text: String) -> Bool { text.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) != nil }

    private static func sample(_ line: Substring) throws(Problem) -> Sample {
        var rest = line
        let name = rest.prefix { $0 != "{" && $0 != " " }
        guard isName(String(name)) else { throw Problem(description: "bad name: \(line)") }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let label = String(rest.prefix { $0 != "=" })
                rest = rest.dropFirst(label.count)
                guard label.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/) != nil, !label.hasPrefix("__"),
                    labels[label] == nil, rest.hasPrefix("=\"")
                else { throw Problem(description: "bad label \(label): \(line)") }
                rest = rest.dropFirst(2)
                labels[label] = try value(&rest, line)
                if rest.first == "," {
                    rest = rest.dropFirst()
                } else if rest.first != "}" {
                    throw Problem(description: "no end of the labels: \(line)")
                }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " ", let number = Double(rest.dropFirst()) else {
            throw Problem(description: "no value: \(line)")
        }
        return Sample(name: String(name), labels: labels, value: number)
    }

    /// A label's value, its closing quote taken.
    private static func value(_ rest: inout Substring, _ line: Substring) throws(Problem) -> String {
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                switch rest.popFirst() {
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                case "n": value.append("\n")
                default: throw Problem(description: "bad escape: \(line)")
                }
            default: value.append(character)
            }
        }
        throw Problem(description: "no end of a label's value: \(line)")
    }
}
