import JSON
import Model
import Testing

/// What Emarsys does with an answer, by its published rules.
@Suite struct EmarsysRulesTests {
    private let contacts = [[JSONMember("user_id", "u1")], [JSONMember("user_id", "u2")]]

    private func findings(_ content: [JSONValue], bytes: Int = 100, limit: Int = 1) -> [EmarsysRules.Finding] {
        EmarsysRules.findings(content: content, bytes: bytes, contacts: contacts, fields: ["name"], limit: limit)
    }

    private let good: [JSONValue] = [["user_id": "u1", "name": "Ada"], ["user_id": "u2", "name": 5]]

    @Test func whatIsRightIsQuiet() { #expect(findings(good) == []) }

    @Test func nestedValuesAreThrownAway() {
        let content: [JSONValue] = [["user_id": "u1", "name": ["Ada"]], good[1]]
        #expect(
            findings(content) == [
                .discarded(item: 0, reason: "name holds a list or an object"), .nothingFor(contact: 0),
            ])
    }

    @Test func anItemRepeatsItsContact() {
        let content: [JSONValue] = [["name": "Ada"], good[1]]
        #expect(findings(content).first?.text.contains("repeats the user_id of no contact") == true)
        #expect(findings(["x"]).first?.text.contains("is not an object") == true)
    }

    @Test func onlyTheFirstItemsCount() {
        let found = findings(good + [["user_id": "u1", "name": "Eve"]])
        #expect(found == [.overLimit(contact: 0, items: 2, limit: 1)])
        #expect(found[0].losesContent)
        #expect(findings(good + [["user_id": "u1", "name": "Eve"]], limit: 2) == [])
    }

    @Test func fieldsThatNobodyAskedForAreLeftOut() {
        let found = findings([["user_id": "u1", "name": "a", "city": "b"], good[1]])
        #expect(found == [.fieldLeftOut(item: 0, field: "city")])
        #expect(!found[0].losesContent)
    }

    @Test func moreThanTwoMegabytesAreLost() {
        #expect(findings(good, bytes: 2_000_000) == [])
        #expect(findings(good, bytes: 2_000_001) == [.tooLarge(bytes: 2_000_001)])
    }

    @Test(arguments: [
        ("name", true), ("a1_b", true), ("1a", false), ("first name", false), ("", false), ("_a", false), ("ä", false),
    ])
    func namesThatEmarsysCanAskFor(name: String, isOne: Bool) { #expect(EmarsysRules.isFieldName(name) == isOne) }
}
