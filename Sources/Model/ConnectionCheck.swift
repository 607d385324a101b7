import JSON

/// One entry of `spec.checks`: something that must be so in the account once a connection is as its manifest says.
package struct ConnectionCheck: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        /// So many rows of the data files, picked by a seed, are there as they are in the files.
        case sample(count: Int, seed: Int)
        /// One record: the members that it must have.
        case query(Selector, expect: [JSONMember])
        /// Types of fields, as the service tells them.
        case schema([JSONMember])
        /// What Emarsys gets for one contact.
        case emarsys(parameters: [JSONMember], fields: [String], limit: Int, expect: [JSONMember])
    }

    /// What a query asks for.
    package enum Selector: Sendable, Hashable {
        case primaryKey(JSONValue)
        case placeholders([JSONMember])
    }

    package var subject: Subject
    /// Seconds in which it may come true: data can be visible a moment later than it was taken.
    package var within: Double
    package var location: SourceLocation

    package init(_ subject: Subject, within: Double = 10, location: SourceLocation) {
        self.subject = subject
        self.within = within
        self.location = location
    }

    /// The word that the manifest uses.
    package var kind: String {
        switch subject {
        case .sample: "sample"
        case .query: "query"
        case .schema: "schema"
        case .emarsys: "emarsys"
        }
    }
}

/// Who asks for the data besides the service itself; `spec.consumers`.
package enum Consumer: String, Sendable, Hashable, CaseIterable {
    case emarsys
}
