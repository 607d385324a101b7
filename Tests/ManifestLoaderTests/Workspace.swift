import Glibc
import ManifestLoader
import Model
import TestSupport

/// A directory of files for one test, gone when the test ends.
final class Workspace {
    private let directory = TemporaryDirectory()
    var path: String { directory.path }

    /// - Parameter files: Path below the workspace to contents.
    init(_ files: [String: String] = [:]) {
        for (name, text) in files { write(name, text) }
    }

    func write(_ name: String, _ bytes: [UInt8]) { directory.write(name, bytes) }

    func write(_ name: String, _ text: String) { write(name, Array(text.utf8)) }

    func makeDirectory(_ name: String) { mkdir("\(path)/\(name)", 0o755) }

    func link(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }

    func load(
        _ directory: String = "", dataRoots: [String] = [], secrets: (any SecretSource)? = nil
    ) -> LoadedManifests {
        let place = directory.isEmpty ? path : "\(path)/\(directory)"
        return ManifestLoader(directory: place, dataRoots: dataRoots, secrets: secrets).load()
    }

    /// The diagnostics as `name:line:column: error: message`, the workspace's own path left out.
    func problems(_ directory: String = "", secrets: (any SecretSource)? = nil) -> [String] {
        load(directory, secrets: secrets).diagnostics.map { short($0) }
    }

    func short(_ diagnostic: Diagnostic) -> String {
        let place = diagnostic.location.map { "\($0): ".replacing("\(path)/", with: "") } ?? ""
        return "\(place)\(diagnostic.severity.rawValue): \(diagnostic.message)".replacing(path, with: "DIR")
    }
}

/// A text with places marked by `§`.
struct MarkedText {
    var text: String
    /// `line:column` of each mark, in order.
    var places: [String]

    init(_ marked: String) {
        text = ""
        places = []
        var line = 1
        var column = 1
        for scalar in marked.unicodeScalars {
            if scalar == "§" {
                places.append("\(line):\(column)")
                continue
            }
            text.unicodeScalars.append(scalar)
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
    }
}

/// Secrets out of dictionaries.
struct FixedSecrets: SecretSource {
    var variables: [String: String] = [:]
    var credentials: [String: String] = [:]

    func environment(_ name: String) throws(SecretProblem) -> String {
        guard let value = variables[name] else { throw SecretProblem("no variable \(name)") }
        return value
    }

    func credential(_ name: String) throws(SecretProblem) -> String {
        guard let value = credentials[name] else { throw SecretProblem("no credential \(name)") }
        return value
    }
}

/// A manifest whose `spec` is given.
func manifest(_ name: String = "one", spec: String) -> String {
    """
    apiVersion: reconcile/v1
    kind: DataConnection
    metadata: {name: \(name)}
    spec:
      name: One
      primary_key: id
    \(spec.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }.joined(separator: "\n"))

    """
}
