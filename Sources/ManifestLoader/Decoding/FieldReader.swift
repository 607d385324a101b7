import Model

/// One mapping of a manifest, read field by field; whatever is wrong with a field goes to `findings`.
///
/// A field that is null counts as left out.
struct FieldReader {
    let findings: Findings
    let mark: YAMLMark
    let pairs: [YAMLPair]
    /// How the mapping is called in messages, such as `spec.data`; empty for the document.
    let place: String

    /// Nil, and an error, where the node is no mapping. Fields that are not known are errors.
    init?(_ node: YAMLNode, place: String, known: [String], findings: Findings) {
        guard case .mapping(let pairs) = node.content else {
            let subject = place.isEmpty ? "a manifest" : place
            findings.error(
                "\(subject) must be a mapping, not \(node.described)", at: node.mark,
                help: "known fields: \(known.joined(separator: ", "))")
            return nil
        }
        self.findings = findings
        self.pairs = pairs
        self.place = place
        mark = node.mark
        for index in pairs.indices where !known.contains(pairs[index].key) {
            reportUnknown(pairs[index], known: known)
        }
    }

    private func reportUnknown(_ pair: YAMLPair, known: [String]) {
        let elsewhere = FieldPlaces.place(of: pair.key, besides: place).map { "put it under \($0)" }
        let near = elsewhere ?? NearestName.find(pair.key, in: known).map { "did you mean \"\($0)\"?" }
        findings.error(
            "unknown field \(pair.key.quoted) in \(place.isEmpty ? "a manifest" : place)", at: pair.keyMark,
            help: near ?? "known fields: \(known.joined(separator: ", "))")
    }

    /// `spec.name` for `name`.
    func path(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    func pair(_ name: String) -> YAMLPair? { pairs.index(of: name).map { pairs[$0] } }

    /// The field's value; nil where it is left out or null.
    func node(_ name: String) -> YAMLNode? {
        guard let index = pairs.index(of: name), !pairs[index].value.isNull else { return nil }
        return pairs[index].value
    }

    /// Where the field's value stands; nil where it is left out or null.
    func mark(of name: String) -> YAMLMark? {
        guard let index = pairs.index(of: name), !pairs[index].value.isNull else { return nil }
        return pairs[index].value.mark
    }

    /// The field's value; an error where it is left out or null.
    func required(_ name: String) -> YAMLNode? {
        guard let index = pairs.index(of: name) else {
            findings.error(
                "\(path(name)) is missing", at: mark,
                help: "add \"\(name)\"\(place.isEmpty ? "" : " to \(place)")")
            return nil
        }
        if pairs[index].value.isNull {
            findings.error("\(path(name)) must not be empty", at: pairs[index].value.mark, help: "give it a value")
            return nil
        }
        return pairs[index].value
    }

    /// A string that must be there and must hold more than blanks.
    func requiredString(_ name: String) -> String? {
        required(name).flatMap { findings.filledString($0, path(name)) }
    }

    /// A string that may be left out, but not be blank.
    func filledString(_ name: String) -> String? {
        node(name).flatMap { findings.filledString($0, path(name)) }
    }

    func string(_ name: String) -> String? { node(name).flatMap { string($0, name) } }

    private func string(_ node: YAMLNode, _ name: String) -> String? {
        findings.string(node, self.path(name))
    }

    func bool(_ name: String) -> Bool? {
        guard let node = node(name) else { return nil }
        if case .bool(let value) = node.scalar?.value { return value }
        findings.error(
            "\(path(name)) must be true or false, not \(node.described)", at: node.mark,
            help: node.scalar?.style == .plain ? "write true or false" : "write true or false without quotes")
        return nil
    }

    /// A whole number within the range.
    func int(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = node(name) else { return nil }
        guard case .integer(let digits) = node.scalar?.value else {
            let isQuoted = node.scalar.map { $0.style != .plain && $0.tag == .none } ?? false
            findings.error(
                "\(path(name)) must be a whole number, not \(node.described)", at: node.mark,
                help: isQuoted
                    ? "write the number without quotes"
                    : node.scalar.flatMap { Self.helpForNumber($0.text, name) } ?? "write a whole number")
            return nil
        }
        if let value = Int(digits), range.contains(value) { return value }
        let wish =
            range.upperBound == .max
            ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
        findings.error(
            Int(digits) == nil && !digits.hasPrefix("-") && range.upperBound == .max
                ? "\(path(name)) is too large: \(digits.prefix(40))" : "\(path(name)) must be \(wish), not \(digits)",
            at: node.mark, help: "change the number")
        return nil
    }

    /// What a duration, or a number of another language, is written as.
    static func helpForNumber(_ text: String, _ name: String) -> String? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        if let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()), number < 1_000_000 {
            return "it is in seconds: write \(number * unit)"
        }
        let pieces = text.split(separator: ",", omittingEmptySubsequences: false)
        if pieces.count == 2, pieces.allSatisfy({ Int($0) != nil }) {
            return "a fraction has a point, and thousands no comma: write \(text.replacing(",", with: ".")) or "
                + "\(text.replacing(",", with: ""))"
        }
        let plain = text.filter { $0 != "_" && $0 != "." && $0 != "'" }
        return plain != text && Int(plain) != nil ? "write \(plain), without signs between thousands" : nil
    }

    /// One of a few words.
    func word<Word: RawRepresentable & CaseIterable>(_ name: String, as type: Word.Type) -> Word?
    where Word.RawValue == String {
        guard let node = node(name), let text = string(node, name) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let known = Word.allCases.map(\.rawValue)
        let near = NearestName.find(text, in: known).map { "did you mean \"\($0)\"?" }
        findings.error(
            "\(path(name)) must be \(known.joined(separator: " or ")), not \(text.quoted)", at: node.mark,
            help: near ?? "write one of \(known.joined(separator: ", "))")
        return nil
    }

    /// The elements of a list.
    func list(_ name: String) -> (mark: YAMLMark, elements: [YAMLNode])? {
        guard let node = node(name) else { return nil }
        if case .sequence(let elements) = node.content { return (node.mark, elements) }
        findings.error(
            "\(path(name)) must be a list, not \(node.described)", at: node.mark,
            help: node.scalar.map { "write it as [\($0.style == .plain ? $0.text : $0.text.quoted)]" }
                ?? "write it as [a, b]")
        return nil
    }

    /// The members of a mapping whose keys are the user's; no key is empty, unless that may be, or holds a reference to a
    /// secret.
    func members(_ name: String, mayBeBlank: Bool = false) -> [YAMLPair]? {
        guard let node = node(name) else { return nil }
        guard case .mapping(let pairs) = node.content else {
            findings.error(
                "\(path(name)) must be a mapping, not \(node.described)", at: node.mark,
                help: "write it as {name: value}")
            return nil
        }
        var bad: Set<Int> = []
        for index in pairs.indices {
            if pairs[index].key.isBlank, !mayBeBlank {
                findings.error(
                    "a name in \(path(name)) must not be empty", at: pairs[index].keyMark, help: "give it a name")
                bad.insert(index)
            } else if findings.holdsReference(pairs[index].key, at: pairs[index].keyMark) {
                bad.insert(index)
            }
        }
        return bad.isEmpty ? pairs : pairs.indices.filter { !bad.contains($0) }.map { pairs[$0] }
    }
}

extension Findings {
    /// The text of a scalar where a string is wanted: a plain `1742` or `no` counts as written.
    func string(_ node: YAMLNode, _ place: @autoclosure () -> String) -> String? {
        guard let scalar = node.scalar, scalar.tag == .none || scalar.tag == .string else {
            let isTagged = node.scalar != nil
            error(
                "\(place()) must be a string, not \(isTagged ? "tagged otherwise" : node.described)", at: node.mark,
                help: isTagged ? "remove the tag" : "write one string")
            return nil
        }
        return holdsReference(scalar.text, at: node.mark) ? nil : scalar.text
    }

    /// As `string`, but blank and null are errors.
    func filledString(_ node: YAMLNode, _ place: @autoclosure () -> String) -> String? {
        if let scalar = node.scalar, scalar.isNull || scalar.text.isBlank {
            error("\(place()) must not be empty", at: node.mark, help: "give it a value")
            return nil
        }
        return string(node, place())
    }

    /// Whether a reference to a secret stands where none is allowed; if so it is reported.
    func holdsReference(_ text: String, at mark: YAMLMark) -> Bool {
        guard text.containsBytes(of: "${"), text.containsBytes(of: "${env:") || text.containsBytes(of: "${credential:")
        else { return false }
        error(
            "a reference to a secret is not allowed here", at: mark,
            help: "${env:…} and ${credential:…} may stand in the strings of external_api_details only")
        return true
    }
}
