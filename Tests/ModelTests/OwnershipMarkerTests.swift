import Model
import Testing

@Suite struct OwnershipMarkerTests {
    private static let digest = "0123456789abcdef0123456789abcdef"
    private static let whole = "[reconcile owner=default key=a.b-c_1 protect data=1:\(digest) at=1700000000]"

    @Test func aMarkerSurvivesTheWayThroughADescription() {
        let data = DataStamp(version: 1, digest: Self.digest, at: 1_700_000_000)
        for isProtected in [false, true] {
            for rows in [nil, data] {
                let marker = OwnershipMarker(owner: "default", key: "a.b-c_1", isProtected: isProtected, data: rows)
                for text in [nil, "", "Weekly profiles", "zwei\nZeilen [x]"] {
                    let parsed = MarkedDescription(parsing: MarkedDescription.join(text: text, marker: marker))
                    #expect(parsed.marker == .whole(marker))
                    #expect(parsed.text == text ?? "")
                }
            }
        }
    }

    @Test func theTextIsAsDocumented() {
        let marker = OwnershipMarker(
            owner: "default", key: "a.b-c_1", isProtected: true,
            data: .init(version: 1, digest: Self.digest, at: 1_700_000_000))
        #expect(marker.text == Self.whole)
        #expect(MarkedDescription.join(text: "Text \n", marker: marker) == "Text \(Self.whole)")
        #expect(MarkedDescription.join(text: "Text ", marker: nil) == "Text ")
        #expect(MarkedDescription.join(text: nil, marker: nil) == nil)
    }

    @Test func withoutAMarkerTheTextIsAll() {
        for text in ["", "x", "brackets [re", "reconcile owner=a key=b", "[Reconcile owner=a key=b]"] {
            #expect(MarkedDescription(parsing: text).marker == .absent)
            #expect(MarkedDescription(parsing: text).text == text)
        }
        #expect(MarkedDescription(parsing: nil) == MarkedDescription(parsing: ""))
        #expect(MarkedDescription(parsing: "x \n\t ").text == "x")
    }

    /// Wherever the service cuts, nothing is taken for a whole marker or for none.
    @Test func everyCutIsDamage() {
        let text = "Profiles \(Self.whole)"
        for count in "Profiles [rec".count..<text.count {
            #expect(MarkedDescription(parsing: String(text.prefix(count))).marker == .damaged, "cut after \(count)")
        }
        #expect(MarkedDescription(parsing: text).marker != .damaged)
    }

    @Test(arguments: [
        "[reconcile owner=a key=b] more", "[reconcile owner=a key=b] [reconcile owner=a key=b]",
        "[reconcile  owner=a key=b]", "[reconcile key=b owner=a]", "[reconcile owner=A key=b]",
        "[reconcile owner= key=b]",
        "[reconcile owner=a key=b x]", "[reconcile owner=a key=b data=1:\(digest)]",
        "[reconcile owner=a key=b data=1:short at=1]", "[reconcile owner=a key=b data=+1:\(digest) at=1]",
        "[reconcile owner=a key=b data=1:\(digest) at=01]", "[reconcile owner=a key=b at=1]", "[reconciled]",
        "[reconcile owner=a\nkey=b]",
    ])
    func whatWasEditedIsDamage(_ text: String) {
        #expect(MarkedDescription(parsing: text).marker == .damaged)
        #expect(MarkedDescription(parsing: "Text \(text)").text == "Text")
    }

    @Test func keysAreWhatTheManifestAllows() {
        for key in ["a", "0", "a.b_c-d", String(repeating: "x", count: 63)] { #expect(MarkedDescription.isKey(key)) }
        for key in ["", "A", ".a", "-a", "_a", "a b", "a/b", "ä", "a\n", String(repeating: "x", count: 64)] {
            #expect(!MarkedDescription.isKey(key))
        }
    }
}
