import CLibYAML

/// Makes nodes of events, document by document, within limits that hostile YAML cannot talk it out of.
struct YAMLComposer: ~Copyable {
    static let maxDepth = 64
    /// Nodes that aliases may add to a document.
    static let maxExpansion = 10_000
    static let maxDocuments = 10_000

    private struct Anchor {
        /// Nil while the anchored node is still being read.
        var node: YAMLNode?
        /// Nodes in it, those of aliases included.
        var count = 0
    }

    private var events: YAMLEventStream
    private let findings: Findings
    private var anchors: [String: Anchor] = [:]
    private var expanded = 0
    /// Nodes of the document so far, those of aliases included.
    private var count = 0

    private init(events: consuming YAMLEventStream, findings: Findings) {
        self.events = events
        self.findings = findings
    }

    /// Reads every document of the file and hands over its root. What cannot be read becomes an error in `findings`;
    /// reading goes on at the next line that begins with `---`.
    static func documents(of findings: Findings, _ body: (YAMLNode) -> Void) {
        findings.source.bytes.withUnsafeBufferPointer { bytes in
            var line = 1
            var offset = 0
            var count = 0
            while true {
                let events = YAMLEventStream(bytes: UnsafeBufferPointer(rebasing: bytes[offset...]), firstLine: line)
                var composer = YAMLComposer(events: events, findings: findings)
                guard let fault = composer.run(base: offset, count: &count, body) else { return }
                findings.add(fault)
                guard count <= maxDocuments,
                    let next = findings.documentStart(from: max(Int(fault.mark.line), line + 1))
                else { return }
                (line, offset) = next
                count += 1
            }
        }
    }

    /// Reads to the end, or to the first fault.
    private mutating func run(base: Int, count documents: inout Int, _ body: (YAMLNode) -> Void) -> YAMLFault? {
        do {
            try events.advance()
            while true {
                try events.advance()
                if events.type == YAML_STREAM_END_EVENT { return nil }
                // A document's beginning; its root follows.
                documents += 1
                if documents > Self.maxDocuments {
                    return YAMLFault(
                        message: "the file holds more than \(Self.maxDocuments) documents", mark: events.start,
                        help: "split it into several files")
                }
                anchors = [:]
                expanded = 0
                try events.advance()
                body(try node(depth: 0))
                try events.advance()
            }
        } catch let fault as YAMLFault {
            return fault
        } catch let YAMLEventStream.Failure.syntax(problem) {
            return problem.fault(in: findings, base: base)
        } catch {
            return nil
        }
    }

    /// The node that the current event begins.
    private mutating func node(depth: Int) throws -> YAMLNode {
        let mark = events.start
        if depth > Self.maxDepth {
            throw YAMLFault(
                message: "nested deeper than \(Self.maxDepth) levels", mark: mark, help: "flatten the document")
        }
        count += 1
        let before = count
        let anchor: String?
        let content: YAMLNode.Content
        switch events.type {
        case YAML_ALIAS_EVENT:
            return try alias(String(libyaml: events.event.data.alias.anchor) ?? "", at: mark)
        case YAML_SCALAR_EVENT:
            anchor = String(libyaml: events.event.data.scalar.anchor)
            content = .scalar(scalar(at: mark))
        case YAML_SEQUENCE_START_EVENT:
            anchor = String(libyaml: events.event.data.sequence_start.anchor)
            checkTag(events.event.data.sequence_start.tag, is: "seq", at: mark)
            if let anchor { anchors[anchor] = Anchor() }
            content = .sequence(try elements(depth: depth + 1))
        default:
            anchor = String(libyaml: events.event.data.mapping_start.anchor)
            checkTag(events.event.data.mapping_start.tag, is: "map", at: mark)
            if let anchor { anchors[anchor] = Anchor() }
            content = .mapping(try pairs(depth: depth + 1))
        }
        let node = YAMLNode(mark: mark, content: content)
        if let anchor { anchors[anchor] = Anchor(node: node, count: count - before + 1) }
        return node
    }

    private mutating func alias(_ name: String, at mark: YAMLMark) throws -> YAMLNode {
        guard let anchor = anchors[name] else {
            throw YAMLFault(
                message: "the alias *\(name) has no anchor before it in this document", mark: mark,
                help: "write &\(name) before the value that it stands for")
        }
        guard var node = anchor.node else {
            throw YAMLFault(
                message: "the alias *\(name) stands inside of what it stands for", mark: mark,
                help: "write the value out")
        }
        expanded += anchor.count
        count += anchor.count - 1
        if expanded > Self.maxExpansion {
            throw YAMLFault(
                message: "the aliases of this document add more than \(Self.maxExpansion) nodes", mark: mark,
                help: "write the values out, or split the document")
        }
        // Problems are reported where the alias stands; what is inside keeps its own place.
        node.mark = mark
        return node
    }

    private mutating func elements(depth: Int) throws -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            try events.advance()
            if events.type == YAML_SEQUENCE_END_EVENT { return elements }
            elements.append(try node(depth: depth))
        }
    }

    private mutating func pairs(depth: Int) throws -> [YAMLPair] {
        var pairs: [YAMLPair] = []
        pairs.reserveCapacity(8)
        // Comparing a few is cheaper than hashing, and nearly all mappings are small.
        var places: [String: YAMLMark]?
        while true {
            try events.advance()
            if events.type == YAML_MAPPING_END_EVENT { return pairs }
            let key = try node(depth: depth)
            try events.advance()
            let value = try node(depth: depth)
            guard let name = self.name(of: key) else { continue }
            if pairs.count == 16 {
                places = Dictionary(pairs.map { ($0.key, $0.keyMark) }, uniquingKeysWith: { first, _ in first })
            }
            let first = places.map { $0[name] } ?? pairs.index(of: name).map { pairs[$0].keyMark }
            if let first {
                findings.error(
                    "the key \(name.quoted) occurs twice in one mapping", at: key.mark,
                    help: "keep one of the two", notes: [("it is first given here", first)])
                continue
            }
            places?[name] = key.mark
            pairs.append(YAMLPair(key: name, keyMark: key.mark, value: value))
        }
    }

    private func name(of key: YAMLNode) -> String? {
        guard let scalar = key.scalar else {
            findings.error("a key must be a string, not \(key.described)", at: key.mark, help: "write \"key: value\"")
            return nil
        }
        if scalar.text.isEmpty, scalar.isNull {
            findings.error("a key is missing before the colon", at: key.mark, help: "write \"key: value\"")
            return nil
        }
        if scalar.style == .plain, scalar.tag == .none, scalar.text == "<<" {
            findings.error(
                "merge keys (<<) are not part of YAML 1.2", at: key.mark,
                help: "repeat the fields, or use an alias for a whole value")
            return nil
        }
        return scalar.text
    }

    private func scalar(at mark: YAMLMark) -> YAMLScalar {
        let data = events.event.data.scalar
        let style: YAMLScalar.Style =
            switch data.style {
            case YAML_PLAIN_SCALAR_STYLE: .plain
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
            default: .block
            }
        let text = String(decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
        var scalar = YAMLScalar(text: text, style: style, tag: .none, end: events.end)
        if let tag = data.tag { setTag(String(cString: tag), of: &scalar, at: mark) }
        return scalar
    }

    private static let core = "tag:yaml.org,2002:"

    private func setTag(_ tag: String, of scalar: inout YAMLScalar, at mark: YAMLMark) {
        let fits: Bool
        switch tag {
        case "!", Self.core + "str":
            scalar.tag = .string
            return
        case Self.core + "null":
            scalar.tag = .null
            fits = CoreSchema.resolve(scalar.text) == .null
        case Self.core + "bool":
            scalar.tag = .bool
            if case .bool = CoreSchema.resolve(scalar.text) { fits = true } else { fits = false }
        case Self.core + "int":
            scalar.tag = .int
            if case .integer = CoreSchema.resolve(scalar.text) { fits = true } else { fits = false }
        case Self.core + "float":
            scalar.tag = .float
            switch CoreSchema.resolve(scalar.text) {
            case .integer, .float, .notFinite: fits = true
            case .null, .bool, .string: fits = false
            }
        default: return reportTag(tag, at: mark)
        }
        if !fits {
            findings.error(
                "\(scalar.text.quoted) does not fit its tag !!\(tag.dropFirst(Self.core.count))", at: mark,
                help: "remove the tag or correct the value")
            scalar.tag = .string
        }
    }

    private func checkTag(_ tag: UnsafePointer<yaml_char_t>?, is kind: String, at mark: YAMLMark) {
        guard let tag else { return }
        let text = String(cString: tag)
        if text != "!", text != Self.core + kind { reportTag(text, at: mark) }
    }

    private func reportTag(_ tag: String, at mark: YAMLMark) {
        let shown = tag.hasPrefix(Self.core) ? "!!\(tag.dropFirst(Self.core.count))" : tag
        findings.error("the tag \(shown.quoted) is not known here", at: mark, help: "remove the tag")
    }
}

extension String {
    fileprivate init?(libyaml text: UnsafePointer<yaml_char_t>?) {
        guard let text else { return nil }
        self.init(cString: text)
    }

    fileprivate init?(libyaml text: UnsafeMutablePointer<yaml_char_t>?) {
        guard let text else { return nil }
        self.init(cString: text)
    }
}

extension Findings {
    /// Adds a fault; on a line that may hold the value of a header nothing of the line is shown.
    func add(_ fault: YAMLFault) {
        if fault.isSyntax, mayShowHeader(line: Int(fault.mark.line)) { hide(line: fault.mark.line) }
        error(fault.message, at: fault.mark, help: fault.help, notes: fault.notes)
    }
}
