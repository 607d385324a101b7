import APIClient
import ManifestLoader
import Model
import Platform
import Reconciler

/// Where things are and who may in: read from options, environment and credentials, in that order.
struct Settings {
    let invocation: Invocation

    private var environment: [String: String] { invocation.environment }
    private var options: ParsedOptions { invocation.options }

    var usesEmulator: Bool { options.isGiven("--emulator") }

    /// The directory that remembers what was applied; the emulator has one of its own in it.
    func stateDirectory() throws(UsageError) -> String {
        let base = try baseStateDirectory()
        return usesEmulator ? base + "/emulator" : base
    }

    private func baseStateDirectory() throws(UsageError) -> String {
        if let given = options["--state-dir"] { return given }
        // systemd lists several directories with colons; the first is the service's own.
        if let first = environment["STATE_DIRECTORY"]?.split(separator: ":").first { return String(first) }
        if let home = environment["XDG_STATE_HOME"], home.hasPrefix("/") { return home + "/reconcile" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.local/state/reconcile" }
        throw UsageError("there is no place for state", help: "give --state-dir DIR, or set HOME")
    }

    /// Where surveys spill to.
    var temporaryDirectory: String {
        if let given = environment["TMPDIR"], given.hasPrefix("/") { return given }
        return "/tmp"
    }

    var credentialsDirectory: String? { options["--credentials-dir"] ?? environment["CREDENTIALS_DIRECTORY"] }

    /// The API's address where no emulator stands in for it.
    var apiURL: String {
        options["--api-url"] ?? environment["RECONCILE_API_URL"].flatMap { $0.isEmpty ? nil : $0 }
            ?? APIClientConfiguration.productionURL
    }

    /// What all requests keep to. Errors: `StepFailure` for what is not a rate.
    func rate() throws(StepFailure) -> RequestRate? {
        guard let text = options["--rate"] ?? environment["RECONCILE_RATE"].flatMap({ $0.isEmpty ? nil : $0 }) else {
            return nil
        }
        guard let rate = RequestRate(parsing: text) else {
            throw StepFailure(
                .invalid, "\(options["--rate"] == nil ? "RECONCILE_RATE" : "--rate") is not a rate: \"\(text)\"",
                help: "write requests and a time, such as 50/10s")
        }
        return rate
    }

    /// What manifests may put in; the files of the API keys are out of their reach.
    var secrets: SystemSecrets {
        SystemSecrets(
            environment: environment, credentialsDirectory: credentialsDirectory,
            forbiddenFiles: ["--api-key-file", "--brand-key-file"].compactMap { options[$0] })
    }

    /// What no output may show, whoever says it: what manifests may put in, and the passwords of proxies.
    var knownSecrets: [String] {
        let proxies = environment.filter { $0.key.lowercased().hasSuffix("_proxy") }.values
        return secrets.values + proxies.flatMap(Self.passwords)
    }

    /// The password in an address, as it is and as it is meant.
    private static func passwords(in address: String) -> [String] {
        guard let at = address.lastIndex(of: "@") else { return [] }
        var user = address[..<at]
        if let slashes = user.firstRange(of: "://") { user = user[slashes.upperBound...] }
        guard let colon = user.firstIndex(of: ":") else { return [] }
        let password = String(user[user.index(after: colon)...])
        return [password, password.removingPercentEncoding ?? password].filter { $0.count > 2 }
    }

    /// Both keys. Errors: `StepFailure` of authentication, which says where a key may stand.
    func keys() throws(StepFailure) -> APIKeys {
        let apiKey = try key(option: "--api-key-file", variable: "OPTIX_API_KEY", credential: "x-api-key")
        let brandKey = try key(option: "--brand-key-file", variable: "OPTIX_BRAND_KEY", credential: "x-brand-key")
        do throws(Diagnostic) {
            return try APIKeys(apiKey: apiKey, brandKey: brandKey)
        } catch {
            throw StepFailure(.authenticationFailed, error.message, help: error.help)
        }
    }

    private func key(option: String, variable: String, credential: String) throws(StepFailure) -> String {
        if let path = options[option] { return try read(path) }
        if let value = environment[variable], !value.isEmpty { return value }
        if let directory = credentialsDirectory {
            let path = SystemSecrets.path(of: credential, in: directory)
            if FileStatus.exists(path) { return try read(path) }
        }
        throw StepFailure(
            .authenticationFailed, "there is no key for \(credential)",
            help: "set \(variable), or give \(option) FILE, or put it into the file \(credential) of the credentials "
                + "directory; --emulator needs none")
    }

    private func read(_ path: String) throws(StepFailure) -> String {
        let limit = 16 * 1024
        let help = "it must be a readable text file that holds the key alone"
        let bytes = try failing(
            as: { StepFailure(.authenticationFailed, "the key file \(path) cannot be read: \($0.cause)", help: help) }
        ) { () throws(SystemError) in
            // `--api-key-file <(pass show key)` is a pipe, whose writer gets some time.
            try Descriptor(path, .readingThroughLinks).readAll(limit: limit, patience: 10)
        }
        guard bytes.count <= limit, let text = String(validating: bytes, as: UTF8.self) else {
            throw StepFailure(
                .authenticationFailed,
                "the key file \(path) \(bytes.count > limit ? "is larger than 16 KiB" : "is not UTF-8")", help: help)
        }
        let key = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
        if key.isEmpty {
            throw StepFailure(.authenticationFailed, "the key file \(path) is empty", help: "write the key into it")
        }
        return key
    }
}
