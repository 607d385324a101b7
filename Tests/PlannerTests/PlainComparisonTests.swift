import JSON
import Model
import PlanScenarios
import TestSupport
import Testing

@testable import Planner

/// What a plan passes over without a comparison is what a comparison finds no difference in.
@Suite struct PlainComparisonTests {
    private static func value(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: nil
        case 1: .bool(Bool.random(using: &random))
        case 2: .number(["1", "1.0", "2", "1e0"].randomElement(using: &random) ?? "1")
        case 3, 4, 5: .string(["", " ", "a", "a ", "********", "é", "e\u{301}"].randomElement(using: &random) ?? "a")
        case 6: .array((0..<Int.random(in: 0..<3, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default: object(&random, ["a", "b.c", "d"], depth: depth - 1)
        }
    }

    /// The same document, with another value here and there.
    private static func altered(_ value: JSONValue, _ random: inout SeededRandom) -> JSONValue {
        if Int.random(in: 0..<12, using: &random) == 0 { return self.value(&random, depth: 1) }
        switch value {
        case .array(let elements): return .array(elements.map { altered($0, &random) })
        case .object(let members): return .object(members.map { JSONMember($0.key, altered($0.value, &random)) })
        case .null, .bool, .number, .string: return value
        }
    }

    private static func object(_ random: inout SeededRandom, _ names: [String], depth: Int) -> JSONValue {
        .object(
            names.filter { _ in Bool.random(using: &random) }.map { JSONMember($0, value(&random, depth: depth)) })
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func whatIsPassedOverHasNoDifference(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var passed = 0
        for _ in 0..<200 {
            let isAPIBased = Int.random(in: 0..<5, using: &random) > 0
            let fields = ["url", "headers", "body", "ttl"]
            let there = isAPIBased ? Optional(Self.object(&random, fields, depth: 2)) : .none
            let wish = there.map { Self.altered($0, &random) }
            let texts = ["Weekly", "Weekly ", "", "Daily"]
            var desired = Scenario.manifest(
                description: Bool.random(using: &random) ? nil : texts.randomElement(using: &random),
                details: wish.map { ConfigValue($0) })
            if Int.random(in: 0..<5, using: &random) == 0 { desired.name = "Profiles " }
            let actual = Scenario.connection(
                text: texts.randomElement(using: &random), details: there.map(ActualDetails.apiBased) ?? .uploadBased)
            for applied in [
                nil, Scenario.remembered(desired, actual), Scenario.remembered(Scenario.manifest(), actual),
            ] {
                var scenario = Scenario()
                scenario.desired = [desired]
                scenario.actual = [actual]
                scenario.applied = applied.map { ["profiles": $0] } ?? [:]
                let planner = Planner(scenario.input)
                guard planner.isPlainlyThere(desired, actual) else { continue }
                passed += 1
                let (changes, notes) = planner.fieldChanges(
                    desired, actual, applied, standing: actual.wholeMarker)
                #expect(changes.isEmpty, "seed \(seed): \(desired)")
                #expect(notes.isEmpty)
            }
        }
        #expect(passed > 30, "hardly anything was passed over, so this shows nothing: \(passed)")
    }
}
