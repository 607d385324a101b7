/// Something that was done for a connection: what happened, as a value. `Reporting` has the words.
package enum Step: Sendable, Hashable {
    case created
    case updated
    /// An upload goes on that was interrupted: so many of its requests are confirmed.
    case resumed(confirmed: Int, requests: Int)
    /// An upload came to its end; `rows` of it are there.
    case uploaded(rows: Int, UploadProgress)
    /// Rows that left the files were deleted from the connection.
    case deletedRows(Int)
    case linked(Reference)
    case unlinked(Reference)
    /// What the connection was, before it is deleted, stands in that file.
    case copied(path: String)
    case deleted
    /// Somebody else had deleted it.
    case goneAlready

    /// Whether rows were brought up to date by it.
    package var isUpload: Bool {
        if case .uploaded = self { true } else { false }
    }

    /// Whether the connection is gone after it.
    package var endsConnection: Bool { self == .deleted || self == .goneAlready }
}
