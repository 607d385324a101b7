/// Where the rows stand in a JSON document: `spec.data.json`.
package struct JSONLayout: Sendable, Hashable {
    /// Names of the members that lead to them; empty where the document is the rows.
    package var records: [String] = []
    /// The field that gets the name of a row's member, where the rows are an object; nil where they are an array.
    package var key: String?
    package var encoding = TextEncoding.utf8

    package init() {}

    /// The document is an array of rows.
    package static let array = JSONLayout()

    /// `records` as the manifest has it.
    package var path: String { records.joined(separator: ".") }
}
