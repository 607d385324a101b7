import Model
import TestSupport
import Testing

@testable import DataFiles

@Suite struct ProfilerTests {
    let files = TemporaryDirectory()

    @Test func differentValuesAreCountedWithinAFewPercent() throws {
        for (distinct, rows) in [(1, 5000), (2000, 6000), (3000, 9000), (50_000, 60_000), (120_000, 120_000)] {
            let text = "id,v\n" + (0..<rows).map { "\($0),value \($0 % distinct)\n" }.joined()
            let (profile, problems) = DataProfiler.profile(
                dataSet([files.file("a\(distinct).csv", text)]), sensitive: [])
            #expect(problems.isEmpty)
            let column = try #require(profile.columns.last)
            let error = abs(Double(column.distinct - distinct)) / Double(distinct)
            #expect(error < 0.04, "\(column.distinct) for \(distinct)")
            #expect(column.isDistinctExact == (distinct <= 2048))
            if column.isDistinctExact { #expect(column.distinct == distinct) }
        }
    }

    @Test func extremesAreExact() throws {
        let rows = ["9007199254740993", "9007199254740992", "-1e400", "0.5", "10", "9"]
        let text = rows.enumerated().map { "{\"id\":\($0),\"v\":\($1),\"s\":\"\($1)x\"}\n" }.joined()
        let columns = DataProfiler.profile(dataSet([files.file("a.ndjson", text)]), sensitive: []).profile.columns
        let (number, string) = (columns[1], columns[2])
        #expect(number.min == "-1e400" && number.max == "9007199254740993")
        #expect(string.min == "-1e400x" && string.max == "9x")
        #expect(string.longest == 17 && string.example == "9007199254740993x")
    }

    @Test func aMixedColumnIsToldAlikeInAnyOrder() throws {
        let values = ["5", "true", "\"x\"", "\"false\"", "[1]", "\"7\""]
        var profiles: Set<[String?]> = []
        for start in values.indices {
            let turned = values[start...] + values[..<start]
            let text = turned.enumerated().map { "{\"id\":\($0),\"v\":\($1)}\n" }.joined()
            let (profile, problems) = DataProfiler.profile(dataSet([files.file("a.ndjson", text)]), sensitive: [])
            #expect(problems.isEmpty)
            profiles.insert([profile.columns[1].type, profile.columns[1].min, profile.columns[1].max])
        }
        #expect(profiles.count == 1)
        #expect(profiles.first?[1] == "5" && profiles.first?[2] == "x")
    }
}
