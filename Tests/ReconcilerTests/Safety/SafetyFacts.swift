import Foundation
import JSON

/// The marker of a description, read by a rule of the tests' own.
enum Mark: Equatable {
    case none
    case damaged
    case whole(owner: String, key: String, isProtected: Bool)

    init(_ description: String?) {
        let text = (description ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        let openings = text.components(separatedBy: "[reconcile").count - 1
        if openings == 0 {
            let isCut = (4...9).contains { text.hasSuffix(String("[reconcile".prefix($0))) }
            self = isCut ? .damaged : .none
            return
        }
        let name = "[a-z0-9][a-z0-9._-]{0,62}"
        let pattern =
            #"\[reconcile owner=(\#(name)) key=(\#(name))( protect)?( data=[0-9]+:[0-9a-f]{32} at=[0-9]+)?( def=[0-9a-f]{16}(/[0-9a-f]{16})?)?\]$"#
        guard openings == 1, let expression = try? NSRegularExpression(pattern: pattern),
            let match = expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)),
            let owner = Range(match.range(at: 1), in: text), let key = Range(match.range(at: 2), in: text)
        else {
            self = .damaged
            return
        }
        self = .whole(
            owner: String(text[owner]), key: String(text[key]), isProtected: match.range(at: 3).location != NSNotFound)
    }

    var owner: String? { if case .whole(let owner, _, _) = self { owner } else { nil } }
    var key: String? { if case .whole(_, let key, _) = self { key } else { nil } }
    var isProtected: Bool { if case .whole(_, _, let isProtected) = self { isProtected } else { false } }
}

/// A connection as the emulator stores it.
struct StoredConnection: Equatable {
    var uuid: String
    var name: String
    var primaryKey: String
    var description: String?
    var references: Set<String>
    /// Everything, for telling whether anything of it changed.
    var json: JSONValue

    init(_ json: JSONValue) {
        uuid = json["data_connection_uuid"]?.stringValue ?? ""
        name = json["name"]?.stringValue ?? ""
        primaryKey = json["primary_key"]?.stringValue ?? ""
        description = json["description"]?.stringValue
        references = Set(
            (json["references"]?.arrayValue ?? []).compactMap {
                ($0["reference_uuid"] ?? $0["uuid"])?.stringValue
            })
        self.json = json
    }

    var mark: Mark { Mark(description) }
}

/// One manifest of a random directory.
struct RandomManifest: Equatable {
    var key: String
    var renamedFrom: String?
    var name: String
    var primaryKey = "id"
    var description: String?
    var pin: String?
    var isProtected = false
    var isSuspended = false
    var references: [String] = []
    /// Names a data file: one that is there, or one that is not.
    var hasData = false
    var hasBadData = false

    var yaml: String {
        var lines = [
            "apiVersion: reconcile/v1", "kind: DataConnection", "metadata:", "  name: \(key)",
        ]
        if let renamedFrom { lines.append("  renamed_from: \(renamedFrom)") }
        lines += ["spec:", "  name: \(name)", "  primary_key: \(primaryKey)"]
        if let description { lines.append("  description: \(description)") }
        if let pin { lines.append("  data_connection_uuid: \(pin)") }
        if hasBadData {
            lines.append("  data: {files: [absent.csv]}")
        } else if hasData {
            lines.append("  data: {files: [rows-\(primaryKey).csv]}")
        }
        if !references.isEmpty {
            let list = references.map { "{reference_type: mail, reference_id: \"\($0)\"}" }.joined(separator: ", ")
            lines.append("  references: [\(list)]")
        }
        lines.append("  lifecycle: {protect: \(isProtected), suspend: \(isSuspended)}")
        return lines.joined(separator: "\n") + "\n"
    }
}

/// What the manifests and the command line of one case say, and what state remembers when it begins.
struct SafetyFacts {
    struct Known {
        var uuid: String?
        var references: Set<String> = []
        var isProtected = false
    }

    static let owner = "us"

    var manifests: [RandomManifest] = []
    var isStateOwned = false
    var prune = false
    var adopt = false
    var maxDeletePercent = 30
    var adoptNames: Set<String> = []
    var allowDelete: Set<String> = []
    var allowDeletePercent: Int?
    /// Name and text of a file that may be a manifest and declares nothing.
    var doubtfulFile: (name: String, text: String)?
    /// Keys that a restricted run is about.
    var names: Set<String>?
    /// What state remembers, by key.
    var known: [String: Known] = [:]

    var policyYAML: String {
        "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: \(Self.owner), ownership: "
            + "\(isStateOwned ? "state" : "marker"), prune: \(prune), adopt: \(adopt), "
            + "max_delete_percent: \(maxDeletePercent)}\n"
    }

    /// The manifest's own key and the one it had before.
    func keys(of manifest: RandomManifest) -> Set<String> {
        Set([manifest.key, manifest.renamedFrom].compactMap { $0 })
    }

    func isActive(_ manifest: RandomManifest) -> Bool {
        !manifest.isSuspended && !manifest.hasBadData && names?.contains(manifest.key) != false
    }
}
