import Foundation
import JSON
import TestSupport
import Testing

@testable import DataFiles

/// Parsing suites that others wrote, read from beside the package; skipped with a word where they are missing.
private enum Suites {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("../shared/suites").standardizedFileURL

    static func files(_ folder: String, _ ending: String) -> [String] {
        let path = root.appendingPathComponent(folder).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted()
    }

    static func bytes(_ folder: String, _ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appendingPathComponent(folder).appendingPathComponent(name)))
    }

    static let areThere = !files("csv", ".csv").isEmpty && !files("json", ".json").isEmpty
}

@Suite(.enabled(if: Suites.areThere, "../shared/suites is missing beside the package"))
struct OtherPeoplesSuitesTests {
    let files = TemporaryDirectory()

    /// csv-spectrum: through the reader that uploads use, and compared as documents.
    @Test(arguments: Suites.files("csv", ".csv"))
    func csvSpectrum(name: String) throws {
        let expected = try JSONValue.parse(Suites.bytes("csv", name.replacing(".csv", with: ".json")))
        let bytes = try Suites.bytes("csv", name)
        // The first column of each file holds no value twice, so it can be the key.
        let header = try #require(String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first)
        let key = try #require(header.split(separator: ",").first.map(String.init))
        let set = dataSet([files.file(name, bytes)], key: key)
        for readSize in [1, 2, 3, 7, 64, 256 << 10] {
            let text = try recordText(set, tuning: Tuning(readSize: readSize))
            #expect(try JSONValue.parse("[\(text)]".utf8) == expected)
        }
    }

    /// Deliberate deviations from what RFC 8259 lets a parser accept.
    private static let refusedOnPurpose: Set<String> = [
        // A key that occurs twice: readers disagree about which value counts, so rows must not have it.
        "y_object_duplicated_key.json"
    ]

    /// JSONTestSuite: each document as the value of a field, in both formats. What the parser accepts, the streaming
    /// reader must accept, and the other way round.
    @Test(arguments: Suites.files("json", ".json"))
    func jsonTestSuite(name: String) throws {
        let document = try Suites.bytes("json", name)
        let record = Array("{\"id\":1,\"value\":".utf8) + document + Array("}".utf8)
        let array = dataSet([files.file("a.json", Array("[".utf8) + record + Array("]".utf8))])
        let isValid = name.hasPrefix("y_") && !Self.refusedOnPurpose.contains(name)
        let parsed = try? JSONValue.parse(record)
        if !name.hasPrefix("i_") {
            #expect((parsed != nil) == isValid, "\(name)")
        }
        for readSize in [1, 7, 256 << 10] {
            let tuning = Tuning(readSize: readSize)
            guard let parsed else {
                #expect(!problems(array, tuning: tuning).isEmpty)
                continue
            }
            #expect(try JSONValue.parse(recordText(array, tuning: tuning).utf8) == parsed)
        }
        // A line feed in a document would end the line.
        guard !document.contains(0x0A) else { return }
        let lines = dataSet([files.file("a.ndjson", record)])
        #expect(problems(lines).isEmpty == (parsed != nil))
    }

    /// The documents as whole files of both formats: nothing crashes, and nothing that is wrong passes.
    @Test(arguments: Suites.files("json", ".json"), ["whole.json", "whole.ndjson"])
    func jsonTestSuiteAsFiles(name: String, file: String) throws {
        let bytes = try Suites.bytes("json", name)
        let found = survey(dataSet([files.file(file, bytes)]))
        if name.hasPrefix("n_"), case .success = found { Issue.record("\(name) was accepted") }
    }
}
