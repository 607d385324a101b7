/// What rows must be like before any is sent: `spec.data.expect`.
package struct Expectations: Sendable, Hashable {
    package struct Rows: Sendable, Hashable {
        package var min: Int?
        package var max: Int?
        /// How many more or fewer rows than at the last upload, in percent of those.
        package var maxChangePercent: Int?

        package init() {}
    }

    /// Of one field. Null, and a field that a row does not have, satisfies all but `isRequired`.
    package struct Column: Sendable, Hashable {
        package var name: String
        /// Each row has it, neither null nor empty.
        package var isRequired = false
        /// No value occurs twice; empty texts do not count.
        package var isUnique = false
        /// The value's text holds a match.
        package var pattern: String?
        /// Bounds of a number, as in JSON; a text that is written like a number counts as one.
        package var min: String?
        package var max: String?
        /// Of the value's text, in characters.
        package var maxLength: Int?
        /// The value's text is one of these.
        package var oneOf: [String]?

        package init(name: String) { self.name = name }
    }

    package var rows = Rows()
    package var columns: [Column] = []
    /// Where each stands in the manifest, such as `rows.min` or `columns.email.pattern`.
    package var places: [String: SourceLocation] = [:]

    package init() {}

    package static let none = Expectations()

    package var isNone: Bool { rows == Rows() && columns.isEmpty }
}
