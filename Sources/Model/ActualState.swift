import JSON

/// What the API says the account holds.
package struct ActualState: Sendable, Hashable {
    /// In the order of the API's list; those that only their own GET showed come last.
    package var connections: [ActualConnection]

    package init(connections: [ActualConnection]) {
        self.connections = connections
    }
}

/// One connection as the API shows it.
package struct ActualConnection: Sendable, Hashable {
    package var uuid: String
    package var name: String
    package var primaryKey: String
    /// Whole, marker included; nil where the service says null.
    package var description: String?
    package var details: ActualDetails
    /// Nil where they were not read.
    package var references: [ActualReference]?

    package init(
        uuid: String, name: String, primaryKey: String, description: String?, details: ActualDetails,
        references: [ActualReference]? = nil
    ) {
        self.uuid = uuid
        self.name = name
        self.primaryKey = primaryKey
        self.description = description
        self.details = details
        self.references = references
    }
}

/// The `external_api_details` of a connection as the API shows them.
package enum ActualDetails: Sendable, Hashable {
    /// Null: the connection is upload-based.
    case none
    /// An object: the connection is API-based.
    case some(JSONValue)
    /// The answer lacks the field, also in the connection's own GET: nothing is known.
    case notShown
}

/// A reference as the API shows it.
package struct ActualReference: Sendable, Hashable {
    package var uuid: String
    package var reference: Reference

    package init(uuid: String, reference: Reference) {
        self.uuid = uuid
        self.reference = reference
    }
}
