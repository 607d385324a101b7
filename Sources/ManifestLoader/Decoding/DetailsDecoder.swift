import Model

/// Reads `spec.external_api_details`: exactly the fields that are given, strings with their secrets put in.
struct DetailsDecoder {
    static let fields = [
        "url", "http_method", "headers", "body", "ttl", "timeout", "retries", "is_batch_endpoint",
        "sample_placeholder_values",
    ]
    private static let counts = [(name: "ttl", least: 0), (name: "timeout", least: 1), (name: "retries", least: 0)]
    static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
    static let place = "spec.external_api_details"

    let findings: Findings
    /// Nil: only the form of references is checked.
    let secrets: (any SecretSource)?

    /// A string with its references resolved.
    struct Text {
        var value: ConfigString
        /// Whether a reference stands in it that was not resolved, because there are no secrets.
        var isOpen: Bool
        /// The text with placeholders, and references that are not resolved, set aside as `x`.
        var shape: String
        /// Whether `shape` begins with something set aside.
        var beginsOpen: Bool
    }

    /// Where a placeholder stands first; the column is worked out only where there is something to say.
    struct Use {
        var node: YAMLNode
        /// Bytes from the beginning of the string.
        var offset: Int
    }

    func decode(_ node: YAMLNode) -> ConfigValue? {
        guard let reader = FieldReader(node, place: Self.place, known: Self.fields, findings: findings) else {
            return nil
        }
        var used: [String: Use] = [:]
        var members = [String: ConfigValue](minimumCapacity: reader.pairs.count)
        if let value = url(reader, &used) { members["url"] = .string(value) }
        if let value = method(reader) { members["http_method"] = .string(value) }
        if let value = headers(reader, &used) { members["headers"] = value }
        if let value = body(reader, &used) { members["body"] = value }
        for (name, least) in Self.counts {
            if let value = reader.int(name, in: least...Int.max) { members[name] = .number(String(value)) }
        }
        if let value = reader.bool("is_batch_endpoint") { members["is_batch_endpoint"] = .bool(value) }
        let samples = reader.members("sample_placeholder_values")
        if let samples { members["sample_placeholder_values"] = self.samples(samples) }
        checkSamples(samples ?? [], used: used)
        if let node = reader.node("url") { warnings.plainText(members, at: node) }
        return .object(members)
    }

    private var warnings: CredentialWarnings { CredentialWarnings(findings: findings) }

    private func url(_ reader: FieldReader, _ used: inout [String: Use]) -> ConfigString? {
        guard let node = reader.required("url"), let text = text(node, "\(Self.place).url", &used) else { return nil }
        if let problem = URLShape.problem(with: text.shape, schemeIsOpen: text.beginsOpen) {
            findings.error(
                "\(Self.place).url \(problem)", at: node.mark,
                help: "write an absolute URL such as https://api.example.com/items?id={id}")
            return nil
        }
        warnings.url(text.value, at: node)
        return text.value
    }

    private func method(_ reader: FieldReader) -> ConfigString? {
        var none: [String: Use] = [:]
        guard let node = reader.required("http_method"), let text = text(node, "\(Self.place).http_method", &none)
        else { return nil }
        if text.isOpen || Self.methods.contains(text.value.reveal()) { return text.value }
        let upper = text.value.reveal().uppercased()
        let isCaseAlone = Self.methods.contains(upper) && !text.value.isSecret
        findings.error(
            "\(Self.place).http_method must be one of \(Self.methods.joined(separator: ", "))", at: node.mark,
            help: isCaseAlone ? "write \(upper)" : "write one of them in capitals")
        return nil
    }

    private func headers(_ reader: FieldReader, _ used: inout [String: Use]) -> ConfigValue? {
        guard let members = reader.members("headers") else { return nil }
        var headers: [String: ConfigValue] = [:]
        var places: [String: YAMLMark] = [:]
        for pair in members {
            let place = "\(Self.place).headers.\(pair.key)"
            let mayShow = HeaderRule.mayShow(pair.key)
            if !mayShow { findings.hide(pair.value) }
            if !HeaderShape.isName(pair.key) {
                findings.error(
                    "\(pair.key.quoted) is not the name of a header", at: pair.keyMark,
                    help: "use letters, digits and !#$%&'*+-.^_`|~")
                continue
            }
            let lowercase = pair.key.lowercased()
            if let first = places[lowercase] {
                findings.error(
                    "the header \(pair.key) is given twice; case makes no difference", at: pair.keyMark,
                    help: "keep one of the two", notes: [("it is first given here", first)])
                continue
            }
            places[lowercase] = pair.keyMark
            guard let text = text(pair.value, place, &used, mayShow: mayShow) else { continue }
            if !HeaderShape.isValue(text.value.reveal()) {
                findings.error(
                    "\(place) holds a line break or a control character", at: pair.value.mark,
                    help:
                        "write the value on one line; a block scalar (| or >) ends with a line break unless it is |- or >-"
                )
                continue
            }
            warnings.header(pair.key, text.value, at: pair.value)
            headers[pair.key] = .string(text.value)
        }
        return .object(headers)
    }

    private func body(_ reader: FieldReader, _ used: inout [String: Use]) -> ConfigValue? {
        guard let node = reader.node("body") else { return nil }
        guard case .mapping = node.content else {
            findings.error(
                "\(Self.place).body must be a mapping, not \(node.described)", at: node.mark,
                help: "write the JSON object as YAML, without quotes around it")
            return nil
        }
        return document(node, &used)
    }

    /// Any document: plain scalars by the core schema.
    private func document(_ node: YAMLNode, name: String = "", _ used: inout [String: Use]) -> ConfigValue {
        switch node.content {
        case .sequence(let elements): return .array(elements.map { document($0, name: name, &used) })
        case .mapping(let pairs):
            var members: [String: ConfigValue] = [:]
            for pair in pairs where !findings.holdsReference(pair.key, at: pair.keyMark) {
                members[pair.key] = document(pair.value, name: pair.key, &used)
            }
            return .object(members)
        case .scalar(let scalar):
            switch scalar.value {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .integer(let text), .float(let text): return .number(text)
            case .string(let text):
                guard let text = resolve(text, node, &used) else { return .null }
                warnings.body(name, text.value, at: node)
                return .string(text.value)
            case .notFinite:
                findings.error(
                    "\(scalar.text) is a number that JSON does not know", at: node.mark,
                    help: "put it in quotes to send the string")
                return .null
            }
        }
    }

    private func samples(_ members: [YAMLPair]) -> ConfigValue {
        var samples: [String: ConfigValue] = [:]
        var none: [String: Use] = [:]
        for pair in members {
            let place = "\(Self.place).sample_placeholder_values.\(pair.key)"
            switch pair.value.scalar?.value {
            case .bool(let value): samples[pair.key] = .bool(value)
            case .integer(let text), .float(let text): samples[pair.key] = .number(text)
            case .string(let text):
                if let text = resolve(text, pair.value, &none) { samples[pair.key] = .string(text.value) }
            case nil, .null, .notFinite:
                findings.error(
                    "\(place) must be a string, a number, true or false, not \(pair.value.described)",
                    at: pair.value.mark, help: "give the value that the test call is to use")
            }
        }
        return .object(samples)
    }

    /// Each placeholder needs a sample value, or the service's test call fails; a sample without one is a slip.
    private func checkSamples(_ samples: [YAMLPair], used: [String: Use]) {
        let given = Set(samples.map(\.key))
        for (name, use) in used.sorted(by: { $0.key < $1.key }) where !given.contains(name) {
            findings.error(
                "the placeholder {\(name)} has no value in sample_placeholder_values",
                at: findings.mark(of: use.node, offset: use.offset),
                help: NearestName.find(name, in: given.sorted()).map { "did you mean {\($0)}?" }
                    ?? "add \"\(name)\" to sample_placeholder_values; the service makes a test call with it")
        }
        for pair in samples where used[pair.key] == nil {
            findings.warning(
                "no placeholder {\(pair.key)} stands in url, headers or body", at: pair.keyMark,
                help: SecretTemplate.isPlaceholderName(pair.key)
                    ? "remove the value, or use the placeholder"
                    : "a placeholder's name consists of letters, digits, \"_\", \".\" and \"-\" and begins with a letter or \"_\""
            )
        }
    }

    /// A scalar where a string is wanted.
    private func text(
        _ node: YAMLNode, _ place: String, _ used: inout [String: Use], mayShow: Bool = true
    ) -> Text? {
        guard let scalar = node.scalar, scalar.tag == .none || scalar.tag == .string else {
            findings.error(
                "\(place) must be a string\(mayShow ? ", not \(node.described)" : "")", at: node.mark,
                help: "write one string without a tag")
            return nil
        }
        if node.isNull {
            findings.error("\(place) must not be empty", at: node.mark, help: "give it a value")
            return nil
        }
        return resolve(scalar.text, node, &used)
    }

    /// Puts secrets in and notes placeholders, each at its first place.
    private func resolve(_ text: String, _ node: YAMLNode, _ used: inout [String: Use]) -> Text? {
        // Most strings hold neither.
        guard text.containsBytes(of: "{") else {
            return Text(value: ConfigString(text), isOpen: false, shape: text, beginsOpen: false)
        }
        let template = SecretTemplate(text)
        for problem in template.problems {
            findings.error(problem.message, at: findings.mark(of: node, offset: problem.offset), help: problem.help)
        }
        var isGood = template.problems.isEmpty
        var whole = ""
        var shape = ""
        var isOpen = false
        var isUnknown = false
        var beginsOpen = false
        for part in template.parts {
            switch part {
            case .text(let text):
                whole += text
                shape += text
            case .placeholder(let name, let offset):
                if used[name] == nil { used[name] = Use(node: node, offset: offset) }
                if shape.isEmpty { beginsOpen = true }
                whole += "{\(name)}"
                shape += "x"
            case .reference(let reference, let offset):
                guard let secrets else {
                    if shape.isEmpty { beginsOpen = true }
                    isOpen = true
                    whole += reference.text
                    shape += "x"
                    continue
                }
                do throws(SecretProblem) {
                    let value = try secrets.value(of: reference)
                    whole += value
                    shape += value
                } catch  where error.isMissing && secrets.toleratesMissing {
                    findings.warning(
                        "\(error.message), so the field is (unknown) in this plan",
                        at: findings.mark(of: node, offset: offset), help: error.help)
                    if shape.isEmpty { beginsOpen = true }
                    isOpen = true
                    isUnknown = true
                    whole += reference.text
                    shape += "x"
                } catch {
                    findings.error(error.message, at: findings.mark(of: node, offset: offset), help: error.help)
                    isGood = false
                }
            }
        }
        guard isGood else { return nil }
        return Text(
            value: ConfigString(whole, isSecret: template.holdsReference, isUnknown: isUnknown), isOpen: isOpen,
            shape: shape,
            beginsOpen: beginsOpen)
    }
}

extension SecretSource {
    fileprivate func value(of reference: SecretReference) throws(SecretProblem) -> String {
        switch reference.kind {
        case .environment: try environment(reference.name)
        case .credential: try credential(reference.name)
        }
    }
}
