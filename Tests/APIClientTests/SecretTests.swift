import Foundation
import JSON
import Model
import Testing

@testable import APIClient

@Suite struct SecretTests {
    @Test(
        arguments: [
            "Bearer s3cr3t/+value", "s3cr3t/+value", "s3cr3t%2F%2Bvalue", "token=s3cr3t/+value&x=1",
            "api-key-0123456789", "brand-key-0123456789",
        ])
    func whatTheRequestCarriedIsNotRepeated(words: String) async throws {
        let details = secretDetails("s3cr3t/+value")
        for body in [
            #"{"detail": "it was \#(words) here"}"#,
            #"{"detail": [{"loc": ["body", "\#(words)"], "msg": "\#(words)", "type": "\#(words)"}]}"#,
        ] {
            let transport = FakeTransport { _ in .json(body, status: 422) }
            let error = try #require(
                await failure { try await client(transport).create(definition(details: details)) })
            var dumped = ""
            dump(error, to: &dumped)
            for text in [error.description, dumped] {
                #expect(!text.contains("s3cr3t"))
                #expect(!text.contains("0123456789"))
            }
            #expect(error.description.contains("(sensitive)"))
        }
    }

    @Test func aSecretInAURLIsFoundAfterPlaceholdersWereFilledIn() throws {
        let url = ConfigString("https://example.com/x?token=tok-123456&sku={sku}", isSecret: true)
        let details = ConfigValue.object(["url": .string(url)])
        let redactor = Redactor(keys: try testKeys(), definition: definition(details: details))
        let text = redactor.clean("GET https://example.com/x?token=tok-123456&sku=A-100 failed")
        #expect(!text.contains("tok-123456"))
    }

    @Test func headerValuesAreSensitiveByTheirPlace() throws {
        let details = ConfigValue.object([
            "headers": .object([
                "X-Token": .string(ConfigString("plain-token")), "accept": .string(ConfigString("application/json")),
            ])
        ])
        let redactor = Redactor(keys: try testKeys(), definition: definition(details: details))
        #expect(redactor.clean("plain-token, application/json") == "(sensitive), application/json")
    }

    /// A credential of a few characters, one of several words, and what becomes of them on the way.
    @Test(arguments: ["zq7kx", "quiet otter mill lane", "p&ss<w>rd\"'/+ä", "abc"])
    func knownSecretsAreNotRepeatedHoweverTheyAreSpelt(secret: String) throws {
        let redactor = Redactor(keys: try testKeys(), known: [secret])
        let base64 = Data(secret.utf8).base64EncodedString()
        let percent = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        var spellings = [
            secret, percent, percent.lowercased(), percent.replacing("%20", with: "+"),
            secret.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
                .replacing("\"", with: "&quot;").replacing("'", with: "&#39;"),
            String(JSONValue.string(secret).compactText.dropFirst().dropLast()),
        ]
        if secret.utf8.count > 3 {
            let hex = secret.utf8.map { String(format: "%02x", $0) }.joined()
            spellings += [
                base64, base64.replacing("+", with: "-").replacing("/", with: "_"), hex, hex.uppercased(),
            ]
        }
        for spelling in spellings {
            let text = redactor.clean("it is {\(spelling)} here")
            #expect(text.contains("(sensitive)") && !text.contains(spelling), "\(text)")
        }
    }

    @Test func aKeyOfOneLetterBlanksNothing() throws {
        let redactor = Redactor(keys: try APIKeys(apiKey: "a", brandKey: "il"), known: ["F", "ed"])
        #expect(redactor.clean("Failed") == "Failed")
    }

    @Test(arguments: [
        "http://walrus:pumice stone88@:80", "https://a:p@ss@proxy.test:1/x", "socks5://user@proxy.test",
    ])
    func passwordsOfAddressesAreNotShown(address: String) throws {
        let text = try Redactor(keys: testKeys()).clean("Unsupported proxy syntax in '\(address)' (a@b)")
        #expect(text.contains("://(sensitive)@") && text.hasSuffix("(a@b)"), "\(text)")
        for word in ["walrus", "pumice", "stone88", "p@ss", "user"] { #expect(!text.contains(word)) }
    }

    @Test func wordsAreOneLineWithoutControlCharactersAndBounded() throws {
        let redactor = Redactor(keys: try testKeys())
        #expect(redactor.clean("a\u{1B}[31m\r\n\tb\u{202E}c\u{0}") == "a [31m b c")
        let long = redactor.clean(String(repeating: "x", count: 1000))
        #expect(long.count == 400)
        #expect(long.hasSuffix("…"))
    }

    @Test func cuttingComesAfterScrubbing() throws {
        let redactor = Redactor(keys: try testKeys())
        for padding in 380..<400 {
            let text = redactor.clean(String(repeating: "x", count: padding) + "api-key-0123456789")
            #expect(!text.contains("api-k"))
        }
    }

    @Test func keysAreNeverShown() throws {
        let keys = try testKeys()
        let configuration = try APIClientConfiguration(
            baseURL: "https://api.test/v1", keys: keys, userAgent: "reconcile/test")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(keys)", keys.debugDescription, String(reflecting: keys), "\(configuration)", dumped] {
            #expect(!text.contains("0123456789"))
        }
    }

    @Test(arguments: ["", "with blank", "line\nbreak", "tab\t", "ümlaut", "nul\u{0}"])
    func keysThatCannotStandInAHeaderAreRefused(key: String) {
        let problem = #expect(throws: Diagnostic.self) { try APIKeys(apiKey: "good", brandKey: key) }
        #expect(problem?.message.contains("x-brand-key") == true)
        #expect(problem?.help != nil)
        if !key.isEmpty { #expect(problem?.rendered.contains(key) == false) }
    }

    @Test(
        arguments: [
            (nil, "localhost,127.0.0.0/8,127.0.0.1,::1"),
            ("a.test, localhost", "a.test,localhost,127.0.0.0/8,127.0.0.1,::1"), ("*", nil),
        ] as [(String?, String?)])
    func loopbackIsExemptFromProxies(list: String?, expected: String?) {
        #expect(ProxyBypass.exempting(list) == expected)
    }
}
