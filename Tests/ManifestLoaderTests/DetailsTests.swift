import JSON
import ManifestLoader
import Model
import Testing

@Suite struct DetailsTests {
    static func api(_ fields: String) -> String {
        manifest(
            spec: "external_api_details:\n"
                + fields.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
    }

    /// With a url and a method that are fine.
    static func call(_ fields: String) -> String { api("url: https://a.example/x\nhttp_method: GET\n\(fields)") }

    private func details(_ source: String, secrets: (any SecretSource)? = nil) throws -> ConfigValue {
        let loaded = Workspace(["a.yaml": source]).load(secrets: secrets)
        let connection = try #require(loaded.desired?.connections.first, "\(loaded.diagnostics.map(\.rendered))")
        return try #require(connection.details)
    }

    @Test func onlyTheFieldsThatAreGivenAreThere() throws {
        let source = Self.api(
            """
            url: https://api.example.com/stock?sku={sku}
            http_method: POST
            headers: {Accept: application/json, X-Count: 5}
            body: {a: 1.10, b: 0x1F, c: [true, no, ~, "7"], d: .5, e: 007, f: "{\\"a\\": 1} {sku}", g: 1.}
            ttl: 60
            retries: 0o17
            is_batch_endpoint: false
            timeout: ~
            sample_placeholder_values: {sku: A-100}
            """)
        #expect(
            try details(source).revealed().compactText
                == #"{"body":{"a":1.10,"b":31,"c":[true,"no",null,"7"],"d":0.5,"e":7,"f":"{\"a\": 1} {sku}","g":1.0},"#
                + #""headers":{"Accept":"application/json","X-Count":"5"},"http_method":"POST","#
                + #""is_batch_endpoint":false,"retries":15,"sample_placeholder_values":{"sku":"A-100"},"ttl":60,"#
                + #""url":"https://api.example.com/stock?sku={sku}"}"#)
    }

    @Test(arguments: [
        ProblemCase(spec: "external_api_details: §[]", "spec.external_api_details must be a mapping, not a list"),
        ProblemCase(
            spec: "external_api_details: §§{}", "spec.external_api_details.url is missing",
            "spec.external_api_details.http_method is missing"),
        ProblemCase(
            api("url: §ftp://a.b\nhttp_method: §get"),
            "spec.external_api_details.url must begin with https:// or http:// | write an absolute URL such as https://api.example.com/items?id={id}",
            "spec.external_api_details.http_method must be one of GET, POST, PUT, PATCH, DELETE, HEAD | write GET"),
        ProblemCase(
            api("url: §https://\nhttp_method: §FETCH"), "spec.external_api_details.url has no host",
            "spec.external_api_details.http_method must be one of GET, POST, PUT, PATCH, DELETE, HEAD | write one of them in capitals"
        ),
        ProblemCase(
            api("url: §https://a:99999/\nhttp_method: GET"), "spec.external_api_details.url has an invalid port"),
        ProblemCase(
            api("url: §https://a b/\nhttp_method: GET"),
            "spec.external_api_details.url must not hold blanks or control characters"),
        ProblemCase(
            call("ttl: §-1\ntimeout: §0\nretries: §two\nis_batch_endpoint: §1"),
            "spec.external_api_details.ttl must be at least 0, not -1",
            "spec.external_api_details.timeout must be at least 1, not 0",
            "spec.external_api_details.retries must be a whole number, not \"two\"",
            "spec.external_api_details.is_batch_endpoint must be true or false, not 1"),
        ProblemCase(
            call("body: §\"{}\""),
            "spec.external_api_details.body must be a mapping, not the string \"{}\" | write the JSON object as YAML, without quotes around it"
        ),
        ProblemCase(
            call("body: {a: [§.inf, §.nan]}"), ".inf is a number that JSON does not know",
            ".nan is a number that JSON does not know"),
        ProblemCase(call("headers: {§\"a b\": x}"), "\"a b\" is not the name of a header"),
        ProblemCase(
            call("headers: {Accept: a, §accept: b}"), "the header accept is given twice; case makes no difference"),
        ProblemCase(
            call("headers: {A: §\"x\\ny\", B: §~, C: §[s]}"),
            "spec.external_api_details.headers.A holds a line break or a control character",
            "spec.external_api_details.headers.B must not be empty",
            "spec.external_api_details.headers.C must be a string"),
        ProblemCase(
            api(
                "url: https://a.b/§{one}/{two}\nhttp_method: GET\nbody: {t: \"é §{three}\"}\nsample_placeholder_values: {two: 2, §four: 4}"
            ),
            "the placeholder {one} has no value in sample_placeholder_values | add \"one\" to sample_placeholder_values; the service makes a test call with it",
            "the placeholder {three} has no value in sample_placeholder_values",
            "warning: no placeholder {four} stands in url, headers or body | remove the value, or use the placeholder"),
        ProblemCase(
            api("url: https://a.b/§{skuu}\nhttp_method: GET\nsample_placeholder_values: {§sku: 1}"),
            "the placeholder {skuu} has no value in sample_placeholder_values | did you mean {sku}?",
            "warning: no placeholder {sku} stands in url, headers or body"),
        ProblemCase(
            call("sample_placeholder_values: {§a: §[1], §c d: 1}"),
            "warning: no placeholder {a} stands in url, headers or body",
            "spec.external_api_details.sample_placeholder_values.a must be a string, a number, true or false, not a list",
            "warning: no placeholder {c d} stands in url, headers or body | a placeholder's name consists of letters, digits, \"_\", \".\" and \"-\" and begins with a letter or \"_\""
        ),
        ProblemCase(
            call(
                "body:\n  a: \"x §${FOO}\"\n  b: §${env:HOME}\n  c: §${credential:x-api-key}\n  d: '§${credential:.a}'\n  e: \"§${env:RECONCILE_A\""
            ),
            "\"${FOO}\" is not a reference to a secret | write ${env:NAME} or ${credential:NAME}, or $${ for a literal ${",
            "the environment variable \"HOME\" is out of a manifest's reach | use a variable whose name begins with RECONCILE_",
            "the credential \"x-api-key\" holds a key of the API, which no manifest may read",
            "\".a\" is not the name of a credential",
            "the reference that begins with ${ is not closed"),
        ProblemCase(call("body: {§\"${env:RECONCILE_A}\": 1}"), "a reference to a secret is not allowed here"),
    ])
    func wrongDetailsAreReportedWhereTheyStand(_ problem: ProblemCase) { problem.check() }

    @Test func placeholdersAreNamesInBracesOnly() throws {
        let source = Self.call(
            "body: {a: \"{\\\"a\\\": 1} {} {1} {a b} [0-9]{3} {{x}}\"}\nsample_placeholder_values: {x: 1}")
        #expect(Workspace(["a.yaml": source]).problems().isEmpty)
    }

    @Test func dollarsAreLiteralWhereDoubled() throws {
        let details = try details(
            Self.call("body: {a: \"$${env:X} $$ $x $${p}\"}\nsample_placeholder_values: {p: 1}"),
            secrets: FixedSecrets())
        #expect(details["body"]?["a"] == .string(ConfigString("${env:X} $$ $x ${p}")))
    }

    @Test func secretsArePutInAndMarked() throws {
        let secrets = FixedSecrets(
            variables: ["RECONCILE_HOST": "https://h.example"], credentials: ["token": "s3cr{et}"])
        let details = try details(
            Self.api(
                "url: ${env:RECONCILE_HOST}/x\nhttp_method: GET\nheaders: {Authorization: \"Bearer ${credential:token}\", Accept: a}"
            ),
            secrets: secrets)
        #expect(details["url"] == .string(ConfigString("https://h.example/x", isSecret: true)))
        #expect(details["headers"]?["Authorization"] == .string(ConfigString("Bearer s3cr{et}", isSecret: true)))
        #expect(details["headers"]?["Accept"] == .string(ConfigString("a")))
    }

    @Test func withoutSecretsOnlyTheFormIsChecked() throws {
        let details = try details(
            Self.api(
                "url: ${env:RECONCILE_HOST}/x\nhttp_method: ${env:RECONCILE_METHOD}\nheaders: {A: \"${credential:t}\"}")
        )
        #expect(details["url"]?.revealed() == "${env:RECONCILE_HOST}/x")
        #expect(details["headers"]?["A"]?.revealed() == "${credential:t}")
    }

    @Test(arguments: [
        ProblemCase(
            call("headers: {A: \"x §${credential:t}\"}\nbody:\n  b: §${env:RECONCILE_B}"), "no credential t",
            "no variable RECONCILE_B"),
        ProblemCase(
            call("headers: {A: §\"${credential:broken}\"}"),
            "spec.external_api_details.headers.A holds a line break or a control character"),
        ProblemCase(
            api("url: §\"${credential:broken}\"\nhttp_method: §\"${credential:broken}\""),
            "spec.external_api_details.url must not hold blanks or control characters",
            "spec.external_api_details.http_method must be one of GET, POST, PUT, PATCH, DELETE, HEAD | write one of them in capitals"
        ),
    ])
    func secretsThatCannotBeUsedAreReportedWithoutTheirValue(_ problem: ProblemCase) {
        problem.check(secrets: FixedSecrets(credentials: ["broken": "get\nhidden"]))
    }

    @Test func valuesOfHeadersAreStarsInSourceLines() throws {
        let source = Self.call(
            """
            headers: {Authorization: "Bearer abc ${credential:t}", Accept: text/plain, Bad Name: 'x"y'}
            """)
        let loaded = Workspace(["a.yaml": source]).load(secrets: FixedSecrets())
        #expect(loaded.diagnostics.count == 2)
        for diagnostic in loaded.diagnostics {
            #expect(
                diagnostic.sourceLine
                    == "    headers: {Authorization: \"****** *** ${credential:t}\", Accept: text/plain, Bad Name: '***'}"
            )
        }
    }

    @Test func aLineOfHeadersThatIsNoYAMLIsNotShown() throws {
        let source = Self.call("headers:\n  X-A: b\n  Authorization: \"Bearer abc\" x\nttl: 1")
        let loaded = Workspace(["a.yaml": source]).load()
        #expect(loaded.diagnostics.count == 1)
        #expect(loaded.diagnostics.first?.location?.line == 12)
        #expect(loaded.diagnostics.first?.sourceLine == nil)
    }
}
