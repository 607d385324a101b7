import ManifestLoader
import Model
import Platform

/// Values of `${var:NAME}`: `--var-file`, then `--var`, then `RECONCILE_VAR_NAME`, in growing weight.
struct Variables {
    private(set) var values = ManifestVariables()

    /// Bytes of a file of variables, at most.
    private static let maxSize = 1 << 20

    init(_ invocation: Invocation) throws(UsageError) {
        for path in invocation.options.all("--var-file") { values.merge(try Self.read(path)) }
        for text in invocation.options.all("--var") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, ManifestVariables.isName(parts[0]) else {
                throw UsageError("--var takes NAME=VALUE, not \"\(text)\"", help: "as in --var region=eu")
            }
            try add(parts[0], parts[1], "--var")
        }
        let prefix = "RECONCILE_VAR_"
        for (name, value) in invocation.environment where name.hasPrefix(prefix) {
            let name = String(name.dropFirst(prefix.count))
            if ManifestVariables.isName(name) { try add(name, value, prefix + name) }
        }
    }

    private mutating func add(_ name: String, _ value: String, _ source: String) throws(UsageError) {
        if value.contains("${") {
            throw UsageError("\(source): a value must not hold ${", help: "references stand in manifests themselves")
        }
        values.merge([name: value])
    }

    private static func read(_ path: String) throws(UsageError) -> [String: String] {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Descriptor(path, .readingThroughLinks).readAll(limit: maxSize)
        } catch {
            throw UsageError("--var-file \(path): \(error.cause)", help: "name a YAML file of names and values")
        }
        if bytes.count > maxSize {
            throw UsageError("--var-file \(path) is larger than 1 MiB", help: "name another file")
        }
        switch ManifestVariables.values(ofFile: path, bytes: bytes) {
        case .success(let values): return values
        case .failure(let list):
            let first = list.diagnostics[0]
            throw UsageError(
                "--var-file \(first.location.map { "\($0)" } ?? path): \(first.message)",
                help: first.help ?? "correct it")
        }
    }
}
