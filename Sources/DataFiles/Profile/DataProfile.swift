/// What the columns of a data set hold, as far as one reading tells.
package struct DataProfile: Sendable {
    package struct Column: Sendable {
        package var name: String
        /// What all values are, by their looks: `string`, `number`, `boolean`, `json`, several with "or" between them, or
        /// `empty` where there is no value.
        package var type: String
        /// Whether they are texts that look like it, so that a CSV column may be declared so.
        package var isTextOnly: Bool
        /// Rows without a value: null, an empty text, or no such field.
        package var nulls: Int
        /// Different values; an estimate beyond a few thousand.
        package var distinct: Int
        package var isDistinctExact: Bool
        /// The least and the greatest value: numbers by value, else texts by their bytes, cut. Nil without a value, and for
        /// sensitive columns.
        package var min: String?
        package var max: String?
        /// Characters of the longest value.
        package var longest: Int
        /// The first value, cut. Nil without a value, and for sensitive columns.
        package var example: String?
        package var isSensitive: Bool
        /// All values where they are few, sorted; nil for others and for sensitive columns.
        package var values: [String]?
    }

    package var rows: Int
    package var columns: [Column]
}
