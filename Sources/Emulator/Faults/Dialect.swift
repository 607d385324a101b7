/// A way in which the real service may differ from the contract where that is inferred; several can be on at a time.
package enum Dialect: String, CaseIterable, Sendable {
    /// The list of connections comes as `{"connections": […]}`.
    case wrappedList = "wrapped-list"
    /// The list of connections comes as `{"items": […]}`.
    case wrappedListItems = "wrapped-list-items"
    /// The list of connections comes as `{"data": […]}`.
    case wrappedListData = "wrapped-list-data"
    /// The list is the first page of at most two connections, with `total`, `page`, `size` and `pages`, as fastapi-pagination has it.
    case pagedList = "paged-list"
    /// Items of the list carry uuid, name and primary key only.
    case bareListItems = "bare-list-items"
    /// The next two lists after a create, update or delete show what was before it.
    case staleList = "stale-list"
    /// Header values of external API details come back as `********`, but for Accept and Content-Type.
    case maskedHeaders = "masked-headers"
    /// Blanks at both ends of a description are lost.
    case trimmedDescriptions = "trimmed-descriptions"
    /// Descriptions are cut to 64 characters.
    case truncatedDescriptions = "truncated-descriptions"
    /// External API details come back with ttl 30, timeout 10, retries 0 and is_batch_endpoint false filled in.
    case defaultsFilled = "defaults-filled"
    /// Empty strings come back as null.
    case emptyAsNull = "empty-as-null"
    /// A PUT replaces the whole definition: what it does not carry is null afterwards, and a name is required.
    case replacingPut = "replacing-put"
    /// A PUT takes name and description and ignores external API details.
    case putIgnoresDetails = "put-ignores-details"
    /// A PUT answers 200 with an empty body.
    case putEmptyAnswer = "put-empty-answer"
    /// An upload that names a completed batch is refused with 422.
    case noRepeatOfCompleted = "no-repeat-of-completed"
    /// A 422 on an upload says neither which record nor which field.
    case noLoc = "no-loc"
    /// There is no delete_data: 404.
    case noDeleteData = "no-delete-data"
    /// Rows with numbers as keys are told apart by value, and from strings: 1 and 1.0 are one row, and "1" is another.
    case keysByValue = "keys-by-value"
    /// Creating a reference that is there makes a second one.
    case duplicateReferences = "duplicate-references"
    /// Wrong or missing keys are answered 401.
    case forbiddenKeys = "forbidden-keys"
    /// Wrong or missing keys are answered 403.
    case forbiddenKeys403 = "forbidden-keys-403"

    /// Reads names separated by commas; blanks and empty names are let pass.
    ///
    /// Errors: `EmulatorError` that lists the known names.
    package static func parse(_ text: String) throws(EmulatorError) -> Set<Dialect> {
        var dialects: Set<Dialect> = []
        for name in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
            guard let dialect = Dialect(rawValue: String(name)) else {
                let known = allCases.map(\.rawValue).joined(separator: ", ")
                throw EmulatorError("unknown dialect \"\(name)\"; known are \(known)")
            }
            dialects.insert(dialect)
        }
        return dialects
    }
}
