import Model
import Platform

/// Reads `spec.windows` of a Policy.
struct WindowsDecoder {
    static let fields = ["days", "from", "to", "timezone"]

    let findings: Findings

    func decode(_ spec: FieldReader) -> [SyncWindow] {
        guard let list = spec.list("windows") else { return [] }
        if list.elements.isEmpty {
            findings.error(
                "spec.windows must not be empty", at: list.mark,
                help: "leave it out where the account may be changed at any time")
        }
        return list.elements.enumerated().compactMap { index, element in
            let place = "spec.windows[\(index)]"
            guard let fields = FieldReader(element, place: place, known: Self.fields, findings: findings) else {
                return nil
            }
            let days = self.days(fields)
            let from = minute(fields, "from")
            let to = minute(fields, "to", isEnd: true)
            let zone = self.zone(fields)
            if let from, from == to {
                findings.error(
                    "\(place) begins when it ends", at: fields.mark, help: "for the whole day write 00:00 and 24:00")
                return nil
            }
            guard let days, let from, let to, let zone else { return nil }
            return SyncWindow(days: days, from: from, to: to, timezone: zone)
        }
    }

    /// `mon-fri`, `sat,sun`, or a list of such; all where nothing is said.
    private func days(_ fields: FieldReader) -> Set<Int>? {
        guard let node = fields.node("days") else { return Set(0..<7) }
        let place = fields.path("days")
        var texts: [(String, YAMLMark)] = []
        if case .sequence(let elements) = node.content {
            texts = elements.compactMap { element in findings.filledString(element, place).map { ($0, element.mark) } }
        } else if let text = findings.filledString(node, place) {
            texts = [(text, node.mark)]
        }
        var days: Set<Int> = []
        for (text, mark) in texts {
            for part in text.lowercased().split(separator: ",", omittingEmptySubsequences: false) {
                let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { end in
                    SyncWindow.dayNames.firstIndex { $0 == end.filter { $0 != " " } }
                }
                guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else {
                    findings.error(
                        "\(place) does not know \(String(part).quoted)", at: mark,
                        help: "write days as mon-fri, or sat,sun")
                    return nil
                }
                days.formUnion((0...(last + 7 - first) % 7).map { (first + $0) % 7 })
            }
        }
        return days.isEmpty ? nil : days
    }

    /// `06:00`; the end may be `24:00`.
    private func minute(_ fields: FieldReader, _ name: String, isEnd: Bool = false) -> Int? {
        guard let text = fields.requiredString(name), let mark = fields.mark(of: name) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, parts[0].utf8.count == 2, parts[1].utf8.count == 2, let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...59).contains(minute), (0...23).contains(hour) || isEnd && text == "24:00"
        {
            return hour * 60 + minute
        }
        findings.error(
            "\(fields.path(name)) must be a time of the day, not \(text.quoted)", at: mark,
            help: "write it as \"06:00\", in quotes")
        return nil
    }

    private func zone(_ fields: FieldReader) -> String? {
        guard let node = fields.node("timezone") else { return "UTC" }
        guard let text = findings.filledString(node, fields.path("timezone")) else { return nil }
        if CivilTime.offset(of: text, at: 0) != nil { return text }
        findings.error(
            "\(fields.path("timezone")) is a time zone that this machine does not know: \(text.quoted)", at: node.mark,
            help: "name one of the IANA database, such as Europe/Berlin, or UTC")
        return nil
    }
}
