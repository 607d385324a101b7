import Foundation
import Testing

/// A block of a document that shows what the program prints, under `<!-- output: NAME -->`.
///
/// A line `…` stands for lines that are left out. Times, uuids and durations differ from run to run and are not compared.
struct Sample: Sendable {
    let name: String
    let text: String

    /// Of one document, in its order.
    static func all(in page: Page) -> [Sample] {
        page.text.matches(of: /<!-- output: (?<name>[a-z-]+) -->\n+```[a-z]*\n(?<text>[\s\S]*?)\n```/).map {
            Sample(name: String($0.name), text: String($0.text))
        }
    }

    /// Whether an output has these lines, in this order, and none between that the sample does not leave out.
    func isShown(by output: String) -> Bool {
        var rest = Self.lines(output)[...]
        for piece in Self.lines(text).split(separator: "…") {
            guard let start = rest.indices.first(where: { rest[$0...].starts(with: piece) }) else { return false }
            rest = rest[(start + piece.count)...]
        }
        return true
    }

    private static func lines(_ text: String) -> [Substring] {
        text.replacing(/"?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}"?/, with: "UUID")
            .replacing(/20\d\d-\d\d-\d\dT[0-9:.]+Z/, with: "DATE").replacing(/\b\d\d:\d\d:\d\d\b/, with: "TIME")
            .replacing(/seconds=[0-9.]+/, with: "seconds=N")
            .split(separator: "\n", omittingEmptySubsequences: false)
    }
}

/// Commands of a user, and the samples that they print.
struct SampleFlow: Sendable, CustomTestStringConvertible {
    let page: String
    let samples: [String]
    /// What was printed, by the name of the sample.
    let run: @Sendable () async throws -> [String: String]

    var testDescription: String { samples.joined(separator: ", ") }
}
