import Model
import Testing

@testable import ManifestLoader

/// `${var:NAME}`: one set of manifests for several environments.
@Suite struct VariableTests {
    private func workspace(_ policy: String = "variables: {region: eu, ttl: 3600, host: api.example.com}") -> Workspace
    {
        Workspace([
            "policy.yaml": "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: \"${var:region}-team\", \(policy)}\n",
            "a.yaml": """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: "customers-${var:region}"}
            spec:
              name: Customers ${var:region}
              primary_key: id
              data: {files: ["data/${var:region}.csv"], ttl_seconds: "${var:ttl}"}

            """,
            "b.yaml": """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: stock}
            spec:
              name: Stock
              primary_key: id
              external_api_details: {url: "https://${var:host}/{id}", http_method: GET, sample_placeholder_values: {id: 1}}

            """,
            "data/eu.csv": "id\n1\n", "data/us.csv": "id\n1\n",
        ])
    }

    private func load(_ workspace: Workspace, _ values: [String: String] = [:]) -> LoadedManifests {
        var variables = ManifestVariables()
        variables.merge(values)
        return ManifestLoader(directory: workspace.path, secrets: nil, variables: variables).load()
    }

    @Test func thePolicysValuesGoIntoAllStrings() throws {
        let loaded = load(workspace())
        #expect(loaded.diagnostics.isEmpty, "\(loaded.diagnostics)")
        let desired = try #require(loaded.desired)
        #expect(desired.policy.owner == "eu-team")
        let customers = try #require(desired.connections.first)
        #expect(customers.key == "customers-eu" && customers.name == "Customers eu")
        #expect(customers.data?.ttlSeconds == 3600)
        #expect(customers.data?.files.first?.displayPath.hasSuffix("data/eu.csv") == true)
    }

    @Test func othersWeighMore() throws {
        let desired = try #require(load(workspace(), ["region": "us", "ttl": "60"]).desired)
        #expect(desired.policy.owner == "us-team")
        #expect(desired.connections.first?.data?.ttlSeconds == 60)
        #expect(desired.connections.first?.key == "customers-us")
    }

    @Test(arguments: [
        ("[]", "spec.windows must not be empty"),
        ("[{from: \"06:00\"}]", "spec.windows[0].to is missing"),
        ("[{from: \"6:00\", to: \"20:00\"}]", "spec.windows[0].from must be a time of the day, not \"6:00\""),
        ("[{from: \"24:00\", to: \"20:00\"}]", "spec.windows[0].from must be a time of the day, not \"24:00\""),
        ("[{from: \"06:00\", to: \"06:00\"}]", "spec.windows[0] begins when it ends"),
        ("[{days: mon-freitag, from: \"06:00\", to: \"24:00\"}]", "spec.windows[0].days does not know \"mon-freitag\""),
        (
            "[{from: \"06:00\", to: \"07:00\", timezone: CET2}]",
            "spec.windows[0].timezone is a time zone that this machine does not know: \"CET2\""
        ),
        ("[{form: \"06:00\", to: \"07:00\"}]", "unknown field \"form\" in spec.windows[0]"),
    ])
    func windowsThatAreNone(text: String, message: String) {
        let workspace = Workspace(["p.yaml": "apiVersion: reconcile/v1\nkind: Policy\nspec: {windows: \(text)}\n"])
        #expect(workspace.load().diagnostics.map(\.message).contains(message), "\(workspace.problems())")
    }

    @Test func windows() throws {
        let text =
            "[{days: mon-fri, from: \"06:00\", to: \"24:00\", timezone: Europe/Berlin}, "
            + "{days: [fri-mon, \"wed\"], from: \"22:00\", to: \"04:30\"}]"
        let workspace = Workspace(["p.yaml": "apiVersion: reconcile/v1\nkind: Policy\nspec: {windows: \(text)}\n"])
        #expect(
            workspace.load().desired?.policy.windows == [
                SyncWindow(days: [1, 2, 3, 4, 5], from: 360, to: 1440, timezone: "Europe/Berlin"),
                SyncWindow(days: [5, 6, 0, 1, 3], from: 1320, to: 270, timezone: "UTC"),
            ], "\(workspace.problems())")
    }

    /// A dry run can go on without a credential, and says which field it does not know.
    @Test func aMissingCredentialMayLeaveAFieldUnknown() throws {
        let workspace = Workspace([
            "a.yaml": manifest(
                spec: "external_api_details: {url: \"https://${env:RECONCILE_HOST}/{id}\", http_method: GET, "
                    + "headers: {Authorization: \"${credential:token}\"}, sample_placeholder_values: {id: 1}}"),
            "c/other": "x", "c/latin/deep": "x",
        ])
        var secrets = SystemSecrets(environment: [:], credentialsDirectory: "\(workspace.path)/c", forbiddenFiles: [])
        #expect(workspace.load(secrets: secrets).diagnostics.filter { $0.severity == .error }.count == 2)
        secrets.toleratesMissing = true
        let loaded = workspace.load(secrets: secrets)
        #expect(loaded.diagnostics.map(\.severity) == [.warning, .warning])
        let details = try #require(loaded.desired?.connections.first?.details)
        #expect(details["url"]?.holdsUnknown == true && details["http_method"]?.holdsUnknown == false)
        #expect("\(details)".contains("(unknown)") && details.secrets.isEmpty)
        // What is there and cannot be used stays an error.
        workspace.write("c/token", [0xE9])
        #expect(workspace.load(secrets: secrets).diagnostics.hasErrors)
    }

    @Test func whatIsNotDefinedIsAnErrorWithItsPlace() {
        let workspace = workspace("variables: {regions: eu, ttl: 1, host: h}")
        let problems = load(workspace).diagnostics.filter { $0.message.contains("is not defined") }
        #expect(problems.count == 4, "\(problems)")
        #expect(problems.first?.help == "did you mean \"regions\"?")
        #expect(problems.first?.location?.line == 3)
        let without = load(self.workspace("prune: false"), ["region": "eu", "host": "h"]).diagnostics
        #expect(
            without.contains { $0.help == "put it into the Policy's variables, or give --var ttl=VALUE" }, "\(without)")
    }

    @Test(arguments: [
        ("{\"a-b\": x}", "is not a name of a variable"),
        ("{a: \"${env:RECONCILE_X}\"}", "a reference to a secret is not allowed here"),
        ("[a]", "must be a mapping"),
    ])
    func variablesThatAreNone(value: String, problem: String) {
        let workspace = Workspace([
            "policy.yaml": "apiVersion: reconcile/v1\nkind: Policy\nspec: {variables: \(value)}\n"
        ])
        #expect(load(workspace).diagnostics.first?.message.contains(problem) == true, "\(load(workspace).diagnostics)")
    }

    @Test func aDollarBeforeItMakesItALiteral() throws {
        let workspace = Workspace([
            "a.yaml":
                "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: a}\nspec: {name: \"A $${var:x}\", primary_key: id}\n"
        ])
        #expect(load(workspace).desired?.connections.first?.name == "A $${var:x}")
    }
}
