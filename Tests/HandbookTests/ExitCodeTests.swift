import Reconciler
import TestSupport
import Testing

/// Exit codes of documents are those of the program, in its words and in its order.
@Suite struct ExitCodeTests {
    private static let heading = "Exit codes"

    @Test func theReadmeHasEveryExitCodeAndNoOther() throws {
        let codes = try Handbook.readme().rows(under: Self.heading).compactMap(\.first)
        #expect(codes == Self.all)
    }

    @Test func soHasTheirPage() throws {
        let codes = try Handbook.page("ExitCodes").rows(under: "The order").compactMap(\.first)
        #expect(codes == Self.all)
    }

    @Test func theyMeanWhatHelpSays() async throws {
        let help = try await Program.run(["--help"]).out
        for row in try Handbook.readme().rows(under: Self.heading) + Handbook.page("ExitCodes").rows(under: "The order")
        {
            let line = "  \(row[0])  \(row[1].replacing("`", with: ""))\n"
            #expect((help + "\n").contains(line), "help has no such line: \(line)")
        }
    }

    @Test func theOneThatWinsIsTheProgramsOwn() throws {
        var left = Set(ExitStatus.allCases)
        var order: [String] = []
        while left.count > 1 {
            let worst = ExitStatus.worst(of: left)
            order.append("\(worst.rawValue)")
            left.remove(worst)
        }
        let sentence = "the first of \(order.joined(separator: ", ")) wins"
        #expect(try Handbook.readme().text.contains(sentence))
        #expect(try Handbook.page("ExitCodes").text.contains(sentence))
    }

    private static var all: [String] { ExitStatus.allCases.map { "\($0.rawValue)" }.sorted() }
}
