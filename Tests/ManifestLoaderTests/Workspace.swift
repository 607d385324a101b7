import Glibc
import ManifestLoader
import Model

/// A directory of files for one test, gone when the test ends.
final class Workspace {
    let path: String

    /// - Parameter files: Path below the workspace to contents.
    init(_ files: [String: String] = [:]) {
        var template = Array("/tmp/reconcile-loader-XXXXXX".utf8CString)
        path = String(cString: realpath(mkdtemp(&template), nil))
        for (name, text) in files { write(name, Array(text.utf8)) }
    }

    deinit { Workspace.remove(path) }

    func write(_ name: String, _ bytes: [UInt8]) {
        let parts = name.split(separator: "/")
        var folder = path
        for part in parts.dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
        let file = fopen("\(path)/\(name)", "w")!
        _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        fclose(file)
    }

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

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        chmod(path, 0o755)
        if let directory = opendir(path) {
            var names: [String] = []
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { names.append(name) }
            }
            closedir(directory)
            for name in names { remove("\(path)/\(name)") }
        }
        rmdir(path)
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
