/// A place in a YAML file: line and column, 1-based, columns in Unicode scalars.
///
/// A document may be put together of several files: marks of files other than the first say which, see `Findings.layer`.
struct YAMLMark: Sendable, Hashable, Comparable {
    /// The file in the upper seven bits, the line below: there are very many marks.
    private var place: UInt32
    var column: Int32

    /// A file has fewer lines, for it has fewer bytes.
    private static let lineBits: UInt32 = 25
    static let maxFiles = 127

    init(line: Int32, column: Int32) {
        place = UInt32(line)
        self.column = column
    }

    var line: Int32 { Int32(place & ((1 << Self.lineBits) - 1)) }

    /// 0 for the file itself.
    var file: Int { Int(place >> Self.lineBits) }

    /// The same line and column of another file.
    func inFile(_ file: Int) -> YAMLMark {
        var mark = YAMLMark(line: line, column: column)
        mark.place |= UInt32(file) << Self.lineBits
        return mark
    }

    static func < (left: YAMLMark, right: YAMLMark) -> Bool {
        (left.place, left.column) < (right.place, right.column)
    }
}

/// One node of a document: aliases expanded, tags checked, keys of a mapping unlike each other.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLPair])
    }

    /// Where it begins; for an alias, where the alias stands.
    var mark: YAMLMark
    var content: Content
}

/// A member of a mapping. Keys are scalars.
struct YAMLPair: Sendable {
    var key: String
    var keyMark: YAMLMark
    var value: YAMLNode
}

/// A scalar as written.
struct YAMLScalar: Sendable {
    enum Style: UInt8, Sendable { case plain, singleQuoted, doubleQuoted, block }
    /// `none` leaves the type to the core schema where the scalar is plain; any other scalar is a string.
    enum Tag: UInt8, Sendable { case none, string, int, float, bool, null }

    var text: String
    var style: Style
    var tag: Tag
    /// Just behind its last character.
    var end: YAMLMark
}

extension [YAMLPair] {
    /// The member of that name. Nothing is copied: a mapping is asked for many names, and a pair holds whole trees.
    func index(of key: String) -> Int? { indices.first { self[$0].key == key } }
}

extension YAMLNode {
    var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// Whether it means null, written out or left empty.
    var isNull: Bool {
        guard case .scalar(let scalar) = content else { return false }
        return scalar.isNull
    }

    /// For messages: `a list`, `the string "x"`, `nothing`.
    var described: String {
        switch content {
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .scalar(let scalar):
            switch scalar.value {
            case .null: return "nothing"
            case .bool, .integer, .float, .notFinite: return scalar.text
            case .string: return scalar.style == .plain ? scalar.text.quoted : "the string \(scalar.text.quoted)"
            }
        }
    }
}
