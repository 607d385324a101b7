import Foundation
import Platform
import TestSupport
import Testing

/// `SIMULATION_SEEDS=1-10000` runs those; without it a few.
@Suite struct SimulationTests {
    private static let seeds: ClosedRange<UInt64> = {
        let parts = (ProcessInfo.processInfo.environment["SIMULATION_SEEDS"] ?? "").split(separator: "-").compactMap {
            UInt64($0)
        }
        return parts.count == 2 && parts[0] <= parts[1] ? parts[0]...parts[1] : 1...100
    }()

    /// Findings after which no further seed is begun.
    private static let enough = ProcessInfo.processInfo.environment["SIMULATION_FINDINGS"].flatMap { Int($0) } ?? 3

    @Test func everythingHoldsWhateverHappens() async throws {
        let next = Locked(Self.seeds.lowerBound)
        let failures = Locked(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<max(2, ProcessInfo.processInfo.activeProcessorCount) {
                group.addTask {
                    while failures.withLock({ $0 }) < Self.enough {
                        let seed = next.withLock { seed -> UInt64? in
                            guard seed <= Self.seeds.upperBound else { return nil }
                            seed += 1
                            return seed - 1
                        }
                        guard let seed else { return }
                        if let report = await Self.run(seed) {
                            failures.withLock { $0 += 1 }
                            Issue.record("\(report)")
                        }
                    }
                }
            }
        }
    }

    /// Nil where all holds; otherwise the shortest history that was found, and what it breaks.
    private static func run(_ seed: UInt64) async -> String? {
        var random = SeededRandom(seed: seed)
        let steps = SimStep.history(&random)
        guard let first = await failure(seed, steps) else { return nil }
        var shortest = (steps, first)
        var size = steps.count / 2
        while size >= 1 {
            var start = 0
            while start < shortest.0.count {
                var fewer = shortest.0
                fewer.removeSubrange(start..<min(start + size, fewer.count))
                if let still = await failure(seed, fewer), still.broken.rule == shortest.1.broken.rule {
                    shortest = (fewer, still)
                } else {
                    start += size
                }
            }
            size /= 2
        }
        return "seed \(seed): \(shortest.1.broken.rule): \(shortest.1.broken.message)\n"
            + shortest.1.trail.map { "    \($0)" }.joined(separator: "\n")
    }

    private static func failure(
        _ seed: UInt64, _ steps: [SimStep]
    ) async -> (broken: Simulation.Broken, trail: [String])? {
        do {
            let simulation = try Simulation(seed: seed)
            do {
                for step in steps { try await simulation.take(step) }
                try await simulation.rest()
                return nil
            } catch let broken as Simulation.Broken {
                return (broken, simulation.trail + ["dialects \(simulation.dialects.map(\.rawValue).sorted())"])
            }
        } catch {
            return (Simulation.Broken(rule: "error", message: "\(error)"), [])
        }
    }
}
