/// What a directory of manifests says: the wish, validated whole.
package struct DesiredState: Sendable, Hashable {
    /// Sorted by key; keys are unique.
    package var connections: [DesiredConnection]
    package var policy: Policy
    /// Files, as they are shown, that may be manifests whose contents got lost, or manifests under a wrong name: while
    /// there are any, nobody knows whether the manifest of a connection is really gone.
    package var doubtfulFiles: [String]

    package init(connections: [DesiredConnection], policy: Policy = Policy(), doubtfulFiles: [String] = []) {
        self.connections = connections
        self.policy = policy
        self.doubtfulFiles = doubtfulFiles
    }
}

/// One manifest of kind DataConnection.
package struct DesiredConnection: Sendable, Hashable {
    /// `metadata.name`: what the connection is called here, for ever. `[a-z0-9][a-z0-9._-]{0,62}`.
    package var key: String
    /// `metadata.renamed_from`: the key that owned the connection before.
    package var renamedFrom: String?
    package var labels: [String: String]
    /// `spec.data_connection_uuid`, lower case, where the manifest pins one.
    package var pinnedUUID: String?
    /// `spec.name`: what the connection is called in the account. Not unique there.
    package var name: String
    package var primaryKey: String
    /// `spec.description` as the user wrote it; nil where the manifest leaves it out.
    package var description: String?
    /// An object with the fields of `external_api_details` that the manifest gives; nil for upload-based connections.
    package var details: ConfigValue?
    /// The rows to upload; nil where the rows of an upload-based connection are somebody else's business.
    package var data: DesiredData?
    /// Nil where the manifest has no `references`; empty where it has an empty list.
    package var references: [Reference]?
    package var isProtected: Bool
    package var isSuspended: Bool
    /// What must be so afterwards.
    package var checks: [ConnectionCheck] = []
    package var consumers: [Consumer] = []
    package var places: Places

    /// Where in the manifest things stand, for refusals and errors found later.
    package struct Places: Sendable, Hashable {
        /// The document's `metadata.name`.
        package var manifest: SourceLocation
        /// The value of `spec.primary_key`.
        package var primaryKey: SourceLocation
        /// The value of `spec.data` or `spec.external_api_details`; the manifest where there is neither.
        package var source: SourceLocation

        package init(manifest: SourceLocation, primaryKey: SourceLocation, source: SourceLocation) {
            self.manifest = manifest
            self.primaryKey = primaryKey
            self.source = source
        }
    }

    package init(
        key: String, renamedFrom: String? = nil, labels: [String: String] = [:], pinnedUUID: String? = nil,
        name: String, primaryKey: String, description: String? = nil, details: ConfigValue? = nil,
        data: DesiredData? = nil, references: [Reference]? = nil, isProtected: Bool = false,
        isSuspended: Bool = false, places: Places
    ) {
        self.key = key
        self.renamedFrom = renamedFrom
        self.labels = labels
        self.pinnedUUID = pinnedUUID
        self.name = name
        self.primaryKey = primaryKey
        self.description = description
        self.details = details
        self.data = data
        self.references = references
        self.isProtected = isProtected
        self.isSuspended = isSuspended
        self.places = places
    }
}

/// A link from a connection to a mail, an SMS or the like. Both parts are strings, however they look.
package struct Reference: Sendable, Hashable, Comparable {
    package var type: String
    package var id: String

    package init(type: String, id: String) {
        self.type = type
        self.id = id
    }

    package static func < (left: Reference, right: Reference) -> Bool {
        (left.type, left.id) < (right.type, right.id)
    }
}

/// `spec.data`: the files whose rows a connection holds.
package struct DesiredData: Sendable, Hashable {
    package enum RemovedRows: String, Sendable, Hashable, CaseIterable { case keep, delete }
    package enum RowErrorPolicy: String, Sendable, Hashable, CaseIterable { case fail, skip }

    /// The files behind the patterns, in the order of the manifest, those of one glob sorted by path, none twice.
    package var files: [DataFile]
    /// Types of CSV columns; a column that is not named stays a string.
    package var columns: [String: ColumnType]
    package var csv = CSVDialect.standard
    package var json = JSONLayout.array
    package var fields = FieldMapping.none
    package var expectations = Expectations.none
    /// Fields whose values are never shown.
    package var sensitive: [String] = []
    package var ttlSeconds: Int?
    package var removedRows: RemovedRows
    package var onRowError: RowErrorPolicy
    /// Why the data cannot be used though the manifest is valid: a file that is not there, a glob without a match.
    /// They stop this connection only.
    package var problems: [Diagnostic]

    package init(
        files: [DataFile], columns: [String: ColumnType] = [:], ttlSeconds: Int? = nil,
        removedRows: RemovedRows = .keep, onRowError: RowErrorPolicy = .fail, problems: [Diagnostic] = []
    ) {
        self.files = files
        self.columns = columns
        self.ttlSeconds = ttlSeconds
        self.removedRows = removedRows
        self.onRowError = onRowError
        self.problems = problems
    }
}

/// One data file, a regular file that a manifest may read.
package struct DataFile: Sendable, Hashable {
    /// What to open: absolute, links resolved.
    package var absolutePath: String
    /// The directory that it must lie in when it is opened: DIR or a `--data-root`, absolute, links resolved.
    package var root: String
    /// What to show: DIR as the user gave it, and the path below it.
    package var displayPath: String
    package var format: DataFormat
    /// Whether gzip packed it.
    package var isCompressed: Bool
    /// Whether tabs stand between the cells of a CSV file.
    package var hasTabs: Bool

    /// Without `root`, the directory that the file stands in.
    package init(
        absolutePath: String, root: String? = nil, displayPath: String, format: DataFormat, isCompressed: Bool = false,
        hasTabs: Bool = false
    ) {
        self.absolutePath = absolutePath
        let folder = absolutePath.utf8.lastIndex(of: UInt8(ascii: "/")).map { absolutePath[..<$0] } ?? "."
        self.root = root ?? (folder.isEmpty ? "/" : String(folder))
        self.displayPath = displayPath
        self.format = format
        self.isCompressed = isCompressed
        self.hasTabs = hasTabs
    }
}

/// What a data file holds, told by its name.
package struct DataFileName: Sendable, Hashable {
    package var format: DataFormat
    package var isCompressed = false
    package var hasTabs = false

    /// The endings, as errors list them.
    package static let endings = ".csv, .tsv, .json, .ndjson or .jsonl, each also with .gz behind it"

    /// By the ending, in any case: `.csv`, `.tsv`, `.json`, `.ndjson` or `.jsonl`, and `.gz` behind it; nil for others.
    package init?(_ path: String) {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        var parts = name.split(separator: ".", omittingEmptySubsequences: false).map { $0.lowercased() }
        if parts.last == "gz" {
            isCompressed = true
            parts.removeLast()
        }
        if parts.count < 2 { return nil }
        switch parts.last {
        case "csv": format = .csv
        case "tsv": (format, hasTabs) = (.csv, true)
        case "json": format = .json
        case "ndjson", "jsonl": format = .ndjson
        default: return nil
        }
    }
}

/// How a data file is written.
package enum DataFormat: String, Sendable, Hashable {
    case csv
    /// One array of objects.
    case json
    /// One object a line.
    case ndjson
}

/// What the cells of a CSV column become.
package enum ColumnType: String, Sendable, Hashable, CaseIterable {
    case string, number, boolean
    /// Any JSON: lists and objects, too.
    case json
}
