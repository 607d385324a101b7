import JSON
import Model
import Testing

@Suite struct ConfigValueTests {
    private let secret = ConfigString("hunter2", isSecret: true)

    @Test func aSecretIsNeverPrinted() {
        var dumped = ""
        dump(secret, to: &dumped)
        let value = ConfigValue.object(["a": .array([.string(secret)])])
        dump(value, to: &dumped)
        struct Holder { var inner: ConfigString? }
        let shown = [
            "\(secret)", String(describing: secret), String(reflecting: secret), secret.debugDescription, dumped,
            "\(value)", String(reflecting: value), "\(Optional(secret) as Any)", "\(Holder(inner: secret))",
            "\([secret])", "\(["k": secret])", String(reflecting: Holder(inner: secret)),
        ]
        for text in shown {
            #expect(text.contains("(sensitive)"))
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.reveal() == "hunter2")
    }

    @Test func whatIsNoSecretIsPrinted() {
        #expect("\(ConfigString("open"))" == "open")
        #expect(String(reflecting: ConfigString("open")) == "\"open\"")
    }

    @Test func aSecretAndTheSameTextDiffer() {
        #expect(secret != ConfigString("hunter2"))
    }

    @Test func secretsAreFoundWhereverTheyStand() {
        let value = ConfigValue.object([
            "a": .array([.null, .object(["b": .string(secret)])]), "c": .string(ConfigString("open")),
        ])
        #expect(value.holdsSecret)
        #expect(value.secrets == ["hunter2"])
        #expect(value["c"]?.holdsSecret == false)
        #expect(value["d"] == nil)
        #expect(ConfigValue.bool(true).secrets == [])
    }

    @Test func theWireFormIsSortedAndKeepsNumbers() {
        let json: JSONValue = ["b": .number("1.10"), "a": [nil, true, "x"]]
        #expect(ConfigValue(json).revealed().compactText == "{\"a\":[null,true,\"x\"],\"b\":1.10}")
    }

    @Test func theSameIsTheSameTextWithoutASecret() {
        let json: JSONValue = ["a": [1, nil, true, "x"], "b": ["c": .number("1.0")]]
        #expect(ConfigValue(json).isPlainly(json))
        #expect(ConfigValue(json).isPlainly(["b": ["c": .number("1.0")], "a": [1, nil, true, "x"]]))
        for other: JSONValue in [
            ["a": [1, nil, true, "x"], "b": ["c": 1]], ["a": [1, nil, true, "x"]],
            ["a": [1, nil, true], "b": ["c": 1]],
            ["a": [1, nil, true, "x"], "b": ["c": .number("1.0")], "d": nil], [], nil, "x",
        ] { #expect(!ConfigValue(json).isPlainly(other), "\(other.compactText)") }
        #expect(!ConfigValue.string(secret).isPlainly("hunter2"))
        #expect(!ConfigValue.string(ConfigString("ab")).isPlainly("ba"))
        #expect(!ConfigValue.string(ConfigString("e\u{301}")).isPlainly("é"), "two spellings are two texts")
    }
}
