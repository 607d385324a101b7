import Emulator
import Foundation
import ManifestLoader
import Synchronization
import TestSupport
import Testing

@testable import APIClient
@testable import Reconciler

/// Two whole passes at once, without state, their requests in an order that a seed decides: one connection of each
/// manifest is left, with all rows, also where lists lag.
@Suite struct RaceTests {
    /// A service at which each request and each answer takes a while of virtual time, as the seed says.
    private struct Distant: HTTPTransport {
        let near: InProcessTransport
        let time: ManualTime
        let random: Mutexed

        func send(_ call: HTTPCall) async -> Result<HTTPAnswer, TransportFailure> {
            try? await time.sleep(seconds: random.delay())
            let answer = await near.send(call)
            try? await time.sleep(seconds: random.delay())
            return answer
        }

        func invalidate() {}
    }

    private final class Mutexed: Sendable {
        private let random: Mutex<SeededRandom>
        init(_ seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }
        func delay() -> Double { random.withLock { Double.random(in: 0.001...0.4, using: &$0) } }
    }

    /// Moves the clock on whenever each of the passes waits for it.
    private func drive(_ time: ManualTime, _ open: @escaping @Sendable () -> Int) async {
        while open() > 0 {
            if time.sleeperCount >= open(), let wake = time.nextWake { time.advance(max(0, wake - time.uptime())) }
            await Task.yield()
        }
    }

    @Test(arguments: 1...30, [false, true])
    func oneOfEachIsLeft(_ seed: Int, lagging: Bool) async throws {
        let world = try World(dialects: lagging ? [.staleList] : [], isServed: false)
        try world.write("policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests}\n")
        try world.write("profiles.yaml", World.profiles)
        try world.write("rows.csv", World.rows(0..<5))
        let time = ManualTime.waiting()
        let random = Mutexed(UInt64(seed) &* 49_979_687)
        let open = OpenPasses(2)
        @Sendable func pass(_ name: String) async throws -> PassOutcome {
            defer { open.end() }
            let client = APIClient(
                configuration: try APIClientConfiguration(
                    baseURL: "http://127.0.0.1\(Emulator.basePath)", keys: try APIKeys(apiKey: "k", brandKey: "b"),
                    userAgent: "tests"),
                transport: Distant(near: InProcessTransport(emulator: world.emulator), time: time, random: random),
                time: time)
            let configuration = PassConfiguration(
                directory: world.manifests.path,
                secrets: SystemSecrets(environment: [:], credentialsDirectory: nil, forbiddenFiles: []),
                apiIdentity: "emulator", stateDirectory: world.root.appending(path: name).path,
                temporaryDirectory: world.root.path)
            return await ReconcilePass(
                configuration: configuration, reader: client, writer: client, observer: SilentObserver(), time: time
            ).run()
        }
        async let one = pass("one")
        async let other = pass("other")
        await drive(time) { open.count }
        let outcomes = try await [one, other]
        let near = try InProcessTransport.client(world.emulator, time: ManualTime())
        // A list that lags shows what was before for two more looks.
        for _ in 0..<2 { _ = try await near.listConnections() }
        let left = try await near.listConnections()
        #expect(left.count == 1, "seed \(seed): \(outcomes.map { $0.results["profiles"] as Any })")
        for outcome in outcomes where outcome.exitStatus(detailed: false) != .done {
            // The one that came second may find that rows went up beside its own; it says so and ends.
            #expect(outcome.results["profiles"]?.failure != nil || outcome.failure != nil, "\(outcome)")
        }
        let final = try await world.pass(with: near)
        #expect(final.exitStatus(detailed: false) == .done, "seed \(seed): \(final)")
        let uuid = try #require(left.first?.uuid)
        for number in 0..<5 {
            #expect(try await near.query(uuid, primaryKey: .string("u\(number)"))["name"] == .string("Name \(number)"))
        }
    }

    private final class OpenPasses: Sendable {
        private let open: Mutex<Int>
        init(_ count: Int) { open = Mutex(count) }
        var count: Int { open.withLock(\.self) }
        func end() { open.withLock { $0 -= 1 } }
    }
}
