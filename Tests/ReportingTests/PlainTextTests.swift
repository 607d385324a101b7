import Reporting
import Testing

@Suite struct PlainTextTests {
    private let long = String(repeating: "0123456789", count: 30)

    @Test func twoLongValuesShowWhereTheyDiffer() {
        let (old, new) = (long + "kettle", long + "badger")
        #expect(PlainText.cut(old, besides: new, to: 100).contains("kettle"))
        #expect(PlainText.cut(new, besides: old, to: 100).contains("badger"))
        #expect(PlainText.cut(old, besides: new, to: 100).hasPrefix("…"))
        #expect(PlainText.cut(old, besides: new, to: 100).hasSuffix("(306 characters)"))
    }

    @Test func aDifferenceInTheMiddleIsShown() {
        let (old, new) = (long + "A" + long, long + "B" + long)
        let shown = PlainText.cut(old, besides: new, to: 100)
        #expect(shown.contains("9A0"))
        #expect(shown.unicodeScalars.count < 130)
    }

    @Test func aDifferenceAtTheBeginningNeedsNothing() {
        #expect(PlainText.cut("x" + long, besides: long, to: 100) == PlainText.cut("x" + long, to: 100))
        #expect(PlainText.cut("short", besides: "other", to: 100) == "short")
    }
}
