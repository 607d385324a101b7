import Testing

/// What looks like a credential and stands in the manifest is told, with the way out and without its value.
@Suite struct CredentialWarningTests {
    private func problems(_ details: String) -> [String] {
        let workspace = Workspace([
            "a.yaml": """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: a}
            spec:
              name: A
              primary_key: id
              external_api_details: \(details)

            """
        ])
        let diagnostics = workspace.load().diagnostics
        for diagnostic in diagnostics {
            #expect(!diagnostic.rendered.contains("marigold"), "the value is shown: \(diagnostic.rendered)")
        }
        return diagnostics.map { "\($0.severity.rawValue): \($0.message)" }
    }

    @Test(arguments: [
        (#"{url: "https://a.test/?api_key=marigold1", http_method: GET}"#, "the parameter api_key of the url"),
        (
            #"{url: "https://a.test/?a=&=b&page=1&token==marigold1#end", http_method: GET}"#,
            "the parameter token of the url"
        ),
        (#"{url: "https://a.test/?q=marigold1a2b3c4d5", http_method: GET}"#, "the parameter q of the url"),
        (#"{url: "https://u:marigold1@a.test/", http_method: GET}"#, "the password in the url"),
        (#"{url: "https://u:marigold1@v@a.test?a:b@c", http_method: GET}"#, "the password in the url"),
        (
            #"{url: "https://a.test", http_method: GET, headers: {Authorization: Bearer marigold1}}"#,
            "the header Authorization"
        ),
        (#"{url: "https://a.test", http_method: GET, headers: {X-Token: marigold1}}"#, "the header X-Token"),
        (
            #"{url: "https://a.test", http_method: POST, body: {auth: {password: marigold1}}}"#,
            "\"password\" of the body"
        ),
    ])
    func literalCredentialsAreTold(details: String, what: String) {
        #expect(
            problems(details) == [
                "warning: \(what) looks like a credential, and stands in the manifest for all to read"
            ])
    }

    @Test(arguments: [
        #"{url: "https://a.test/?page=1", http_method: GET, headers: {Accept: text/plain, X-Request: abc}}"#,
        #"{url: "https://a.test/?api_key=${env:RECONCILE_KEY}", http_method: GET, headers: {Authorization: "Bearer ${credential:x}"}}"#,
        #"{url: "https://a.test", http_method: POST, body: {author: Ada, code: "12"}}"#,
        #"{url: "http://a.test", http_method: GET}"#,
        #"{url: "https://a.test/x:y@z?key=#token=abc", http_method: GET}"#,
        #"{url: "https://a.test/?id=6f9619ff-8b86-d011-b42d-00c04fc964ff&year=summer2024ofthecentury", http_method: GET}"#,
    ])
    func whatIsNoneIsNot(details: String) { #expect(problems(details) == []) }

    @Test func aCredentialInTheClearIsTold() {
        #expect(
            problems(#"{url: "http://a.test/?k=${credential:x}", http_method: GET}"#) == [
                "warning: spec.external_api_details.url sends a credential without encryption: it begins with http://"
            ])
    }
}
