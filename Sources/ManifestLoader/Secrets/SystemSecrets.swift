import Platform

/// Secrets from the process environment and from a credentials directory, as systemd fills one.
package struct SystemSecrets: SecretSource {
    /// Bytes; what a header can carry is far below.
    package static let maxSize = 64 * 1024

    private let environment: [String: String]
    private let directory: String?
    private let forbidden: Set<FileIdentity>
    /// See `SecretSource`.
    package var toleratesMissing = false

    /// - Parameters:
    ///   - environment: The variables of the process.
    ///   - credentialsDirectory: `--credentials-dir` or `$CREDENTIALS_DIRECTORY`; nil where there is none.
    ///   - forbiddenFiles: Paths of the files that hold the API keys. They, whatever name or link leads to them, and
    ///     the credentials `x-api-key` and `x-brand-key` are out of reach.
    package init(environment: [String: String], credentialsDirectory: String?, forbiddenFiles: [String]) {
        self.environment = environment
        directory = credentialsDirectory
        let keys =
            credentialsDirectory.map { place in SecretReference.keyNames.flatMap { Self.paths(of: $0, in: place) } }
            ?? []
        forbidden = Set((forbiddenFiles + keys).compactMap { try? FileStatus(of: $0).identity })
    }

    /// All of the credentials directory, the API keys too, and all variables of `RECONCILE_` that are not options of our
    /// own.
    package var values: [String] {
        var values = environment.filter { name, _ in
            name.hasPrefix("RECONCILE_") && !name.hasPrefix("RECONCILE_VAR_")
                && !["RECONCILE_API_URL", "RECONCILE_RATE", "RECONCILE_OWNER"].contains(name)
        }.map(\.value)
        if let directory {
            for entry in (try? Directory.list(directory)) ?? [] where !entry.name.hasPrefix(".") {
                let path = "\(directory)/\(entry.name)"
                guard let file = try? Descriptor(path, .reading), (try? file.status())?.kind == .regular,
                    let bytes = try? file.readAll(limit: Self.maxSize, sizeHint: 0),
                    let text = String(validating: bytes, as: UTF8.self)
                else { continue }
                values.append(text.trimmingBlanksAtEnd)
            }
        }
        return values.filter { $0.count > 2 }
    }

    /// Where a credential of that name may be: by itself, or out of a directory that a unit loads whole
    /// (`LoadCredential=reconcile:/etc/reconcile/credentials`).
    private static func paths(of name: String, in directory: String) -> [String] {
        ["\(directory)/\(name)", "\(directory)/\(SecretReference.loadedPrefix)\(name)"]
    }

    /// The first of them that is there, or else the first.
    package static func path(of name: String, in directory: String) -> String {
        let all = paths(of: name, in: directory)
        return all.first(where: FileStatus.exists) ?? all[0]
    }

    /// True for the files of the API keys, whatever name leads to them.
    package func isOutOfReach(_ file: FileIdentity) -> Bool { forbidden.contains(file) }

    /// The variable's value, as it is.
    package func environment(_ name: String) throws(SecretProblem) -> String {
        if let problem = SecretReference(kind: .environment, name: name).problem { throw problem }
        guard let value = environment[name] else {
            throw SecretProblem(
                "the environment variable \(name) is not set", help: "set \(name) where reconcile is started",
                isMissing: true)
        }
        if value.isEmpty {
            throw SecretProblem(
                "the environment variable \(name) is empty", help: "give \(name) a value where reconcile is started",
                isMissing: true)
        }
        return value
    }

    /// The contents of the regular file of that name in the credentials directory, without one newline at the end.
    package func credential(_ name: String) throws(SecretProblem) -> String {
        if let problem = SecretReference(kind: .credential, name: name).problem { throw problem }
        guard let directory else {
            throw SecretProblem(
                "there is no credentials directory to read the credential \"\(name)\" from",
                help: "give --credentials-dir, or load the credential with LoadCredential= in the systemd unit",
                isMissing: true)
        }
        let bytes = try read(name, in: directory)
        guard var text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw SecretProblem(
                "the credential \"\(name)\" is not text", help: "store it as UTF-8 without NUL bytes")
        }
        // A line that an editor or echo ended with CR LF ends there too; as a Character that pair is one newline.
        if text.last == "\n" || text.last == "\r\n" { text.removeLast() }
        if text.isEmpty {
            throw SecretProblem(
                "the credential \"\(name)\" is empty", help: "write its value to \(directory)/\(name)",
                isMissing: true)
        }
        return text
    }

    private func read(_ name: String, in directory: String) throws(SecretProblem) -> [UInt8] {
        let outcome: Result<[UInt8], SecretProblem>
        do throws(SystemError) {
            outcome = try open(name, in: directory)
        } catch {
            throw SecretProblem(
                error.isMissing
                    ? "there is no credential \"\(name)\"" : "the credential \"\(name)\" is unreadable: \(error.cause)",
                help: "put it into \(directory) as a file of that name that reconcile may read",
                isMissing: error.isMissing)
        }
        return try outcome.get()
    }

    private func open(_ name: String, in directory: String) throws(SystemError) -> Result<[UInt8], SecretProblem> {
        let path = Self.path(of: name, in: directory)
        let resolved = try Path.resolve(path)
        let root = try Path.resolve(directory)
        guard resolved.isBelow(root) else {
            return .failure(
                SecretProblem(
                    "the credential \"\(name)\" is a link that leads out of the credentials directory",
                    help: "put the file itself into \(directory)"))
        }
        let file = try DirectoryTree(root).open(resolved, shownAs: path)
        let status = try file.status()
        if status.kind != .regular {
            return .failure(
                SecretProblem(
                    "the credential \"\(name)\" is not a regular file", help: "store its value in a regular file"))
        }
        if forbidden.contains(status.identity) {
            return .failure(
                SecretProblem(
                    "the credential \"\(name)\" holds a key of the API, which no manifest may read",
                    help: "give the connection a credential of its own"))
        }
        let bytes = try file.readAll(limit: Self.maxSize, sizeHint: status.size)
        if bytes.count > Self.maxSize {
            return .failure(
                SecretProblem(
                    "the credential \"\(name)\" is larger than \(Self.maxSize / 1024) KiB",
                    help: "store the value alone in it"))
        }
        return .success(bytes)
    }
}
