import Platform

/// Manifests that another program writes to our stdin, as `-` in the place of DIR says; read once, however often they are
/// asked for.
enum RenderedManifests {
    private static let text = Locked<[UInt8]?>(nil)

    /// Errors: `UsageError` for a stdin that cannot be read, or is a terminal.
    static func read() throws(UsageError) -> [UInt8] {
        if let known = text.withLock({ $0 }) { return known }
        if StandardStream.input.isTerminal {
            throw UsageError(
                "- reads manifests from stdin, which is a terminal",
                help: "as in kustomize build overlays/staging | reconcile plan -")
        }
        do throws(SystemError) {
            let bytes = try StandardStream.input.readAll()
            text.withLock { $0 = bytes }
            return bytes
        } catch {
            throw UsageError("cannot read manifests from stdin: \(error.cause)")
        }
    }
}

extension Invocation {
    /// Whether manifests come from stdin.
    var readsRendered: Bool { directory == "-" }
}
