/// What a create or an update says of a connection: the fields that the API keeps beside the rows.
package struct Definition: Sendable, Hashable {
    package var name: String
    package var primaryKey: String
    /// Whole, marker included.
    package var description: String?
    /// An object; nil for upload-based connections.
    package var details: ConfigValue?

    package init(name: String, primaryKey: String, description: String?, details: ConfigValue?) {
        self.name = name
        self.primaryKey = primaryKey
        self.description = description
        self.details = details
    }
}
