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
    package var description: String? { didSet { marked = MarkedDescription(parsing: description) } }
    /// The description taken apart, once: a plan asks for it again and again.
    package private(set) var marked: MarkedDescription
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
        marked = MarkedDescription(parsing: description)
        self.details = details
        self.references = references
    }

    /// What its description holds of a marker.
    package var marker: MarkedDescription.Marker { marked.marker }

    /// The marker, where it is whole.
    package var wholeMarker: OwnershipMarker? {
        if case .whole(let marker) = marked.marker { marker } else { nil }
    }
}

/// The `external_api_details` of a connection as the API shows them.
package enum ActualDetails: Sendable, Hashable {
    /// Null: the rows are uploaded.
    case uploadBased
    /// An object: the service fetches from an external API.
    case apiBased(JSONValue)
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
