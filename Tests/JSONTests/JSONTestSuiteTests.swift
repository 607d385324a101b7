import Foundation
import Testing

@testable import JSON

/// Nicolas Seriot's JSONTestSuite, read from beside the package.
private enum SuiteFiles {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("../shared/suites/json").standardizedFileURL
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".json") }.sorted()
}

@Suite(.enabled(if: !SuiteFiles.names.isEmpty, "../shared/suites/json is missing beside the package"))
struct JSONTestSuiteTests {
    /// Deliberate deviations: accepted by the RFC, refused here.
    private static let refusedOnPurpose: Set<String> = [
        // Readers disagree about which of the values counts.
        "y_object_duplicated_key.json"
    ]

    /// What the RFC leaves open (`i_*`) and is accepted here: numbers are text and may be of any size.
    private static let acceptedByChoice = "i_number_"

    @Test(arguments: SuiteFiles.names)
    func document(name: String) throws {
        let bytes = Array(try Data(contentsOf: SuiteFiles.folder.appendingPathComponent(name)))
        let value = try? JSONValue.parse(bytes)
        switch name.prefix(2) {
        case "y_": #expect((value != nil) == !Self.refusedOnPurpose.contains(name))
        case "n_": #expect(value == nil)
        default: #expect((value != nil) == name.hasPrefix(Self.acceptedByChoice))
        }
        if let value { #expect(try JSONValue.parse(value.compactText.utf8) == value) }
    }
}
