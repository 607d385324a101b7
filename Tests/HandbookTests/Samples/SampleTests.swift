import Foundation
import Testing

/// What documents show as output is what the program prints.
@Suite(.timeLimit(.minutes(5))) struct SampleTests {
    private static let flows =
        SampleFlow.readme + SampleFlow.manifests + SampleFlow.rows + SampleFlow.plans + SampleFlow.checks
        + SampleFlow.exports + SampleFlow.dataFiles + SampleFlow.environments + SampleFlow.brands + SampleFlow.service

    private static func page(_ name: String) throws -> Page {
        name == "README" ? try Handbook.readme() : try Handbook.page(name)
    }

    @Test(arguments: flows) func isPrinted(_ flow: SampleFlow) async throws {
        let shown = Sample.all(in: try Self.page(flow.page))
        let printed = try await flow.run()
        #expect(Set(printed.keys) == Set(flow.samples))
        for (name, output) in printed {
            let sample = try #require(shown.first { $0.name == name }, "\(flow.page) has no sample \(name)")
            #expect(sample.isShown(by: output), "\(name) of \(flow.page); it is now:\n\(output)")
        }
    }

    /// A block without a language is output, unless it is a drawing.
    @Test func everyBlockOfOutputIsASample() throws {
        for page in try Handbook.pages() + [Handbook.readme()] {
            let samples = Sample.all(in: page)
            let name = String(page.name.dropLast(3))
            let known = Self.flows.filter { $0.page == name }.flatMap(\.samples)
            #expect(samples.map(\.name).sorted() == known.sorted(), "\(page.name)")
            var isInside = false
            for block in page.text.split(separator: "```", omittingEmptySubsequences: false) {
                defer { isInside.toggle() }
                guard isInside, block.hasPrefix("\n"), !block.contains("─"), !block.hasPrefix("\n[reconcile owner=")
                else { continue }
                #expect(
                    samples.contains { "\n\($0.text)\n" == block },
                    "\(page.name) shows this, and no test prints it:\(block)")
            }
        }
    }
}
