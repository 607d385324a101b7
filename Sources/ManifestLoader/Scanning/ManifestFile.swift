import Model
import Platform

/// What one file came to, before it is compared with the others.
struct ManifestFile {
    let findings: Findings
    /// The number of its directory; 0 for the one that was given.
    var tree = 0
    /// Nil where the file could not be looked at.
    var status: FileStatus?
    var connections: [ConnectionManifest] = []
    var policies: [PolicyManifest] = []
    var patches: [PatchManifest] = []
    /// Documents that are not empty.
    var documentCount = 0
    /// Whether `${var:` stands in it.
    var usesVariables = false
}

/// A document of kind DataConnection. What it claims for itself is known even where other fields are wrong.
struct ConnectionManifest {
    var key: Claim?
    var renamedFrom: Claim?
    var pinnedUUID: Claim?
    /// Nil where the document has errors.
    var connection: DesiredConnection?

    /// A value that no other manifest may hold, and its place.
    struct Claim {
        var text: String
        var mark: YAMLMark
    }
}

/// A document of kind DataConnectionPatch.
struct PatchManifest {
    /// The manifest that it changes.
    var key: ConnectionManifest.Claim
    /// The whole document.
    var root: YAMLNode
    /// Of its file.
    var findings: Findings
}

/// A document of kind Policy.
struct PolicyManifest {
    var policy: Policy
    /// `spec.variables`.
    var variables: [String: String] = [:]
    /// `spec.include`.
    var includes: [ConnectionManifest.Claim] = []
    /// Where the document begins.
    var mark: YAMLMark
}
