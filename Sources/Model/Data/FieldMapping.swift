/// Which fields rows have, beside those of the files: `rename`, `only`, `omit` and `derive` of `spec.data`.
///
/// Fields get their new names first; all else speaks of those.
package struct FieldMapping: Sendable, Hashable {
    package struct Renaming: Sendable, Hashable {
        /// Empty for a column without a name.
        package var from: String
        package var to: String

        package init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    package struct Derivation: Sendable, Hashable {
        package var field: String
        package var template: FieldTemplate

        package init(field: String, template: FieldTemplate) {
            self.field = field
            self.template = template
        }
    }

    package var renamings: [Renaming] = []
    /// The fields to send; nil for all but those of `omitted`.
    package var only: [String]?
    /// An empty name is that of a column without one.
    package var omitted: [String] = []
    /// Fields made of others; one of a field's own name takes its place.
    package var derivations: [Derivation] = []

    package init() {}

    /// Rows are sent with the fields that they have.
    package static let none = FieldMapping()

    package var isNone: Bool { renamings.isEmpty && only == nil && omitted.isEmpty && derivations.isEmpty }

    package func newName(of name: String) -> String {
        renamings.first { $0.from.isSameBytes(as: name) }?.to ?? name
    }

    /// Whether a field of that new name is sent.
    package func sends(_ name: String) -> Bool {
        if let only { return only.contains { $0.isSameBytes(as: name) } }
        return !omitted.contains { $0.isSameBytes(as: name) }
    }

    /// Whether a field is made that has this name.
    package func derives(_ name: String) -> Bool { derivations.contains { $0.field.isSameBytes(as: name) } }

    /// Whether a field is made of that one.
    package func isSource(_ name: String) -> Bool {
        derivations.contains { $0.template.fields.contains { $0.isSameBytes(as: name) } }
    }
}

/// A text with fields in it, such as `{country}-{code}`; `{{` and `}}` are braces.
package struct FieldTemplate: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case text(String)
        case field(String)
    }

    package let parts: [Part]

    /// Nil where a brace has no partner or nothing in it, or no field is named.
    package init?(_ text: String) {
        var parts: [Part] = []
        var literal = String.UnicodeScalarView()
        func flush() {
            if !literal.isEmpty { parts.append(.text(String(literal))) }
            literal = String.UnicodeScalarView()
        }
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            if scalar == "{" || scalar == "}", rest.first == scalar {
                literal.append(scalar)
                rest.removeFirst()
            } else if scalar == "{" {
                guard let end = rest.firstIndex(of: "}"), end > rest.startIndex else { return nil }
                flush()
                parts.append(.field(String(rest[..<end])))
                rest = rest[rest.index(after: end)...]
            } else if scalar == "}" {
                return nil
            } else {
                literal.append(scalar)
            }
        }
        flush()
        self.parts = parts
        if fields.isEmpty { return nil }
    }

    package var fields: [String] {
        parts.compactMap { if case .field(let name) = $0 { name } else { nil } }
    }
}

extension String {
    /// Names are compared by bytes: `é` in one piece is not `é` in two.
    package func isSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
