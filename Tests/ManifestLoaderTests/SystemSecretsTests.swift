import Glibc
import ManifestLoader
import Testing

@Suite struct SystemSecretsTests {
    private func outcome(_ body: () throws(SecretProblem) -> String) -> String {
        do throws(SecretProblem) { return try body() } catch { return "problem: \(error.message)" }
    }

    @Test func variablesMustBeginWithRECONCILEAndHoldSomething() {
        let secrets = SystemSecrets(
            environment: ["RECONCILE_A": "a", "RECONCILE_EMPTY": "", "OPTIX_API_KEY": "k", "RECONCILE_": "x"],
            credentialsDirectory: nil, forbiddenFiles: [])
        let expected = [
            "RECONCILE_A": "a", "RECONCILE_EMPTY": "problem: the environment variable RECONCILE_EMPTY is empty",
            "RECONCILE_NONE": "problem: the environment variable RECONCILE_NONE is not set",
            "OPTIX_API_KEY": "problem: the environment variable \"OPTIX_API_KEY\" is out of a manifest's reach",
            "RECONCILE_": "problem: the environment variable \"RECONCILE_\" is out of a manifest's reach",
        ]
        for (name, value) in expected {
            #expect(outcome { () throws(SecretProblem) in try secrets.environment(name) } == value)
        }
    }

    /// systemd puts the credential's own name before those of the files of a directory.
    @Test func aDirectoryThatAUnitLoadsWholeIsRead() {
        let workspace = Workspace([
            "c/reconcile_token": "value", "c/reconcile_x-api-key": "KEY", "c/other": "own",
            "c/reconcile_other": "loaded",
        ])
        let secrets = SystemSecrets(
            environment: [:], credentialsDirectory: "\(workspace.path)/c", forbiddenFiles: [])
        workspace.link("c/link", to: "reconcile_x-api-key")
        #expect(outcome { () throws(SecretProblem) in try secrets.credential("token") } == "value")
        #expect(outcome { () throws(SecretProblem) in try secrets.credential("other") } == "own")
        for name in ["x-api-key", "reconcile_x-api-key", "Reconcile_X-API-Key", "link"] {
            #expect(
                outcome { () throws(SecretProblem) in try secrets.credential(name) }.contains("key of the API"),
                "\(name)")
        }
        #expect(SystemSecrets.path(of: "x-api-key", in: "\(workspace.path)/c").hasSuffix("/reconcile_x-api-key"))
    }

    @Test func credentialsAreRegularFilesOfTheDirectory() {
        let workspace = Workspace([
            "c/plain": "value", "c/line": "value\n", "c/two": "value\n\n", "c/crlf": "value\r\n", "c/empty": "\n",
            "c/x-api-key": "KEY", "c/.dot": "x", "outside": "OUTSIDE", "c/hidden/deep": "x", "keys/k": "KEY2",
            "c/big": String(repeating: "x", count: 70_000),
        ])
        workspace.write("c/nul", [0x61, 0x00])
        workspace.write("c/latin", [0xE9])
        workspace.link("c/out", to: "../outside")
        workspace.link("c/in", to: "plain")
        workspace.link("c/key", to: "x-api-key")
        link("\(workspace.path)/keys/k", "\(workspace.path)/c/hard")
        mkfifo("\(workspace.path)/c/fifo", 0o644)
        let secrets = SystemSecrets(
            environment: [:], credentialsDirectory: "\(workspace.path)/c", forbiddenFiles: ["\(workspace.path)/keys/k"])
        let key = "holds a key of the API, which no manifest may read"
        let expected = [
            "plain": "value", "line": "value", "two": "value\n", "crlf": "value", "in": "value",
            "empty": "problem: the credential \"empty\" is empty",
            "none": "problem: there is no credential \"none\"",
            "x-api-key": "problem: the credential \"x-api-key\" \(key)",
            "X-Brand-Key": "problem: the credential \"X-Brand-Key\" \(key)",
            "key": "problem: the credential \"key\" \(key)", "hard": "problem: the credential \"hard\" \(key)",
            ".dot": "problem: \".dot\" is not the name of a credential",
            "hidden/deep": "problem: \"hidden/deep\" is not the name of a credential",
            "..": "problem: \"..\" is not the name of a credential",
            "": "problem: \"\" is not the name of a credential",
            "out": "problem: the credential \"out\" is a link that leads out of the credentials directory",
            "fifo": "problem: the credential \"fifo\" is not a regular file",
            "hidden": "problem: the credential \"hidden\" is not a regular file",
            "nul": "problem: the credential \"nul\" is not text",
            "latin": "problem: the credential \"latin\" is not text",
            "big": "problem: the credential \"big\" is larger than 64 KiB",
        ]
        for (name, value) in expected {
            #expect(outcome { () throws(SecretProblem) in try secrets.credential(name) } == value)
        }
    }

    @Test func withoutADirectoryThereAreNoCredentials() {
        let secrets = SystemSecrets(environment: [:], credentialsDirectory: nil, forbiddenFiles: [])
        #expect(
            outcome { () throws(SecretProblem) in try secrets.credential("a") }
                == "problem: there is no credentials directory to read the credential \"a\" from")
    }
}
