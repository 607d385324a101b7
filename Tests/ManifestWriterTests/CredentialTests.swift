import JSON
import Testing

@testable import ManifestWriter

@Suite struct CredentialTests {
    @Test(arguments: [
        ("Authorization", "Bearer abc", "Bearer ${credential:c-authorization}"),
        ("Authorization", "abc", "${credential:c-authorization}"),
        ("Authorization", "Bearer {token}", "Bearer {token}"),
        ("Authorization", "********", "${credential:c-authorization}"),
        ("Authorization", "Bearer ****", "Bearer ${credential:c-authorization}"),
        ("X-Api-Key", "k", "${credential:c-x-api-key}"), ("Cookie", "a=b", "${credential:c-cookie}"),
        ("apikey", "k", "${credential:c-apikey}"), ("X-Auth-Token", "t", "${credential:c-x-auth-token}"),
        ("X-Trace", "ghp_0123456789abcdef", "${credential:c-x-trace}"),
        ("X-Trace", "0a1b2c3d4e5f0a1b2c3d4e5f", "${credential:c-x-trace}"),
        ("X-Campaign", "summer-sale-2024-landing-page", "summer-sale-2024-landing-page"),
        ("X-Run", "premiumcustomers2024", "premiumcustomers2024"),
        ("X-Id", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("X-Trace", "dGhpc2lzYXNlY3JldDE1", "${credential:c-x-trace}"),
        ("X-Trace", "{sku}", "{sku}"), ("X-Tenant", "acme", "acme"), ("Accept", "application/json", "application/json"),
        ("User-Agent", "Mozilla/5.0-0123456789abcdefghij", "Mozilla/5.0-0123456789abcdefghij"),
        ("X-Words", "a ${b} c", "a $${b} c"), ("X-Hidden", "<redacted>", "${credential:c-x-hidden}"),
    ])
    func headers(_ name: String, _ value: String, _ expected: String) {
        var finder = CredentialFinder(prefix: "c")
        #expect(finder.header(name, value) == expected)
        #expect(finder.notes.count == (expected.contains("${credential") ? 1 : 0))
    }

    @Test(arguments: [
        ("https://a.b/c?sku={sku}&lang=en", "https://a.b/c?sku={sku}&lang=en"),
        ("https://a.b/c?api_key=abc&x=1#f", "https://a.b/c?api_key=${credential:c-api_key}&x=1#f"),
        ("https://a.b?token={token}", "https://a.b?token={token}"),
        (
            "https://hooks.example.com/services/T00/0a1b2c3d4e5f0a1b2c3d4e5f/",
            "https://hooks.example.com/services/T00/${credential:c-path}/"
        ),
        (
            "https://a.b/v1/c2dcab04-bfeb-4804-88d9-e1462cbf0e07/items",
            "https://a.b/v1/c2dcab04-bfeb-4804-88d9-e1462cbf0e07/items"
        ),
        ("https://u:pw@a.b/c", "https://u:${credential:c-password}@a.b/c"),
        ("https://a.b/{x}?q=${y}", "https://a.b/{x}?q=$${y}"),
        ("https://a.b?sig=x&sig=y", "https://a.b?sig=${credential:c-sig}&sig=${credential:c-sig-2}"),
        ("{base}/x?key=k", "{base}/x?key=${credential:c-key}"),
    ])
    func urls(_ url: String, _ expected: String) {
        var finder = CredentialFinder(prefix: "c")
        #expect(finder.url(url) == expected)
    }

    @Test func bodies() {
        var finder = CredentialFinder(prefix: "c")
        let body: JSONValue = [
            "password": "hunter2", "key": "user_id", "nested": [["client_secret": "x"], "eyJhbGciOiJIUzI1NiJ9.e30"],
            "author": "Jane", "n": 5, "text": "${env:HOME}", "token": "{token}",
        ]
        #expect(
            finder.body(body) == [
                "password": "${credential:c-password}", "key": "user_id",
                "nested": [["client_secret": "${credential:c-client_secret}"], "${credential:c-nested}"],
                "author": "Jane", "n": 5, "text": "$${env:HOME}", "token": "{token}",
            ])
        #expect(finder.notes.map(\.place) == ["body.password", "body.nested.client_secret", "body.nested"])
    }

    /// A manifest may not refer to the keys of the API itself.
    @Test func noCredentialIsCalledLikeAKeyOfTheAPI() {
        var finder = CredentialFinder(prefix: "x")
        #expect(finder.header("Api-Key", "k") == "${credential:x-api-key-credential}")
    }

    @Test func notesNeverHoldTheValue() {
        var finder = CredentialFinder(prefix: "c")
        _ = finder.header("Authorization", "Bearer abc-secret")
        _ = finder.header("Cookie", "***")
        #expect(
            finder.notes.map(\.words) == [
                "what follows \"Bearer \" in the header Authorization",
                "the header Cookie; the account masks it",
            ])
    }
}
