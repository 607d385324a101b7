import JSON
import Model
import Testing

@Suite struct FieldSnapshotTests {
    private let key = SipHash128.Key(1, 2)

    private func definition(_ details: ConfigValue?, description: String? = nil) -> Definition {
        Definition(name: "n", primaryKey: "id", description: description, details: details)
    }

    private func headers(_ members: [String: ConfigString]) -> ConfigValue {
        .object(["headers": .object(members.mapValues { .string($0) })])
    }

    @Test func fieldsAreFlatAndSorted() {
        let details = ConfigValue.object([
            "body": .object(["a.b": .array([.number("1.0"), .null]), "e": .object([:])]), "ttl": .number("60"),
        ])
        let fields = Field.all(of: definition(details, description: "Text [reconcile owner=a key=b]"))
        #expect(
            fields.map { "\($0.path) = \($0.shown)" } == [
                "description = \"Text\"", "external_api_details.body.a\\.b = [1.0,null]",
                "external_api_details.body.e = {}", "external_api_details.ttl = 60", "name = \"n\"",
            ])
    }

    @Test func headersAreSensitiveButForThreeAndSoIsEverySecret() {
        let details = ConfigValue.object([
            "headers": .object([
                "accept": .string(ConfigString("a")), "Content-Type": .string(ConfigString("c")),
                "User-Agent": .string(ConfigString("u")), "Authorization": .string(ConfigString("plain")),
                "X-Other": .string(ConfigString("plain")),
            ]), "url": .string(ConfigString("https://s", isSecret: true)),
            "body": .object([
                "list": .array([.string(ConfigString("s", isSecret: true))]), "open": .string(ConfigString("o")),
            ]),
        ])
        let sensitive = Field.all(of: definition(details)).filter(\.isSensitive)
        #expect(
            sensitive.map(\.path) == [
                "external_api_details.body.list", "external_api_details.headers.Authorization",
                "external_api_details.headers.X-Other", "external_api_details.url",
            ])
        #expect(sensitive.allSatisfy { $0.shown == "(sensitive)" })
    }

    @Test func aSnapshotHoldsDigestsOfSecretsOnly() {
        let snapshot = FieldSnapshot(
            definition(headers(["Authorization": ConfigString("hunter2", isSecret: true)])), key: key)
        let stored = snapshot.fields["external_api_details.headers.Authorization"] ?? ""
        #expect(stored.hasPrefix("keyed:"))
        #expect(stored.utf8.count == "keyed:".utf8.count + 32)
        #expect(!"\(snapshot)".contains("hunter2"))
    }

    @Test func digestsDependOnValuePathAndKey() {
        func digest(_ name: String, _ value: String, _ key: SipHash128.Key) -> String {
            Field(path: name, value: .string(value), isSensitive: true).fingerprint(key: key)
        }
        #expect(digest("a", "x", key) == digest("a", "x", key))
        #expect(digest("a", "x", key) != digest("a", "y", key))
        #expect(digest("a", "x", key) != digest("b", "x", key))
        #expect(digest("a", "x", key) != digest("a", "x", SipHash128.Key(1, 3)))
    }

    @Test func equalMeaningsHaveEqualFingerprints() {
        func text(_ value: JSONValue) -> String {
            Field(path: "a", value: value, isSensitive: false).fingerprint(key: key)
        }
        #expect(text(.number("1.0")) == text(.number("1")))
        #expect(text(["a": 1, "b": 2]) == text(["b": 2, "a": 1]))
        #expect(text("1") != text(1))
    }

    @Test func whatOneSideHoldsSecretIsSecretOnTheOther() {
        let actual = ActualConnection(
            uuid: "u", name: "n", primaryKey: "id", description: nil,
            details: .apiBased(["url": "https://s", "ttl": 1]))
        let path = "external_api_details.url"
        let desired = definition(
            .object(["url": .string(ConfigString("https://s", isSecret: true)), "ttl": .number("1")]))
        #expect(FieldSnapshot(actual, sensitive: [path], key: key) == FieldSnapshot(desired, key: key))
        #expect(FieldSnapshot(actual, sensitive: [], key: key).fields[path] == "\"https://s\"")
    }
}
