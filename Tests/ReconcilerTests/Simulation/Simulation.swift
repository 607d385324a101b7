import Daemon
import Emulator
import Foundation
import JSON
import ManifestLoader
import Model
import Planner
import Platform
import Reporting
import StateStore
import TestSupport

@testable import APIClient
@testable import Reconciler

/// An account, directories, processes and people out of one seed, and what must hold after each step and at rest.
///
/// Whole passes and the daemon's loop run over the emulator's core without sockets, over a disk that fails, tears and
/// forgets, and over clocks that somebody sets. The model is small: what manifests say, and who may touch what.
final class Simulation {
    struct Broken: Error, Equatable {
        var rule: String
        var message: String
    }

    /// What one process has on its machine.
    struct Machine {
        var state: String
        var backup: String?
    }

    let root: TemporaryDirectory
    let emulator: Emulator
    let clock: SimClock
    var machines: [Machine]
    var manifests: [SimManifest] = []
    var isPruning = false
    let isStateOwned: Bool
    let dialects: Set<Dialect>
    var secrets = ["sesame-first-0001"]
    /// Whether somebody did what a pass may have to refuse.
    var mayRefuse = false
    /// By key, each row id that files ever had: with `keep` they may still be there.
    var formerRows: [String: Set<Int>] = [:]
    /// Connections in which somebody set a timeout.
    var timeouts: Set<String> = []
    var saved: SavedPlan?
    private(set) var trail: [String] = []
    private var serial = 0

    init(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        root = TemporaryDirectory(in: FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil)
        let clock = SimClock(seed: seed)
        self.clock = clock
        isStateOwned = Int.random(in: 0..<100, using: &random) < 15
        dialects = Self.dialects(&random, isStateOwned: isStateOwned)
        var options = EmulatorOptions()
        options.now = { clock.serviceTime() }
        options.sleep = { _ in }
        options.dialects = dialects
        options.acceptedAPIKeys = ["k"]
        let bits = Locked(SeededRandom(seed: seed ^ 0xABCD))
        options.random = { bits.withLock { $0.next() } }
        emulator = try Emulator(options: options)
        machines = [Machine(state: root.path("state-0")), Machine(state: root.path("state-1"))]
        for name in ["Manifests", "Theirs", "credentials", "scratch"] { try Directory.create(root.path(name)) }
        isPruning = Bool.random(using: &random)
        try writeSecret()
        root.write(
            "Theirs/all.yaml",
            Array(
                """
                apiVersion: reconcile/v1
                kind: Policy
                spec: {owner: them, prune: true}
                ---
                apiVersion: reconcile/v1
                kind: DataConnection
                metadata: {name: theirs}
                spec: {name: Theirs, primary_key: id, description: not ours}
                ---
                apiVersion: reconcile/v1
                kind: DataConnection
                metadata: {name: k0}
                spec: {name: Name of k0, primary_key: id, description: called like ours}

                """.utf8))
        for _ in 0..<Int.random(in: 1...3, using: &random) { addManifest(&random) }
        try writeManifests()
    }

    /// Those in which all that is promised can be kept.
    private static func dialects(_ random: inout SeededRandom, isStateOwned: Bool) -> Set<Dialect> {
        let all: [Dialect] = [
            .wrappedList, .wrappedListItems, .wrappedListData, .bareListItems, .staleList, .maskedHeaders,
            .trimmedDescriptions, .defaultsFilled, .emptyAsNull, .replacingPut, .putEmptyAnswer, .noRepeatOfCompleted,
            .noLoc, .keysByValue, .duplicateReferences,
        ]
        return Set((0..<Int.random(in: 0...2, using: &random)).map { _ in all.randomElement(using: &random)! })
    }

    // MARK: - Directories

    func writeManifests() throws {
        let directory = root.path("Manifests")
        for name in (try? Directory.listKinds(directory).map(\.name)) ?? [] { unlink(directory + "/" + name) }
        root.write(
            "Manifests/policy.yaml",
            Array(
                """
                apiVersion: reconcile/v1
                kind: Policy
                spec: {owner: us, ownership: \(isStateOwned ? "state" : "marker"), prune: \(isPruning), max_delete_percent: 100, max_removed_percent: 100}

                """.utf8))
        for manifest in manifests {
            root.write("Manifests/\(manifest.key).yaml", Array(manifest.yaml.utf8))
            guard manifest.kind == .rows else { continue }
            root.write("Manifests/\(manifest.file)", Array(manifest.data.utf8))
            formerRows[manifest.key, default: []].formUnion(manifest.rows.keys)
        }
    }

    func writeSecret() throws { root.write("credentials/token", Array((secrets.last! + "\n").utf8)) }

    func addManifest(_ random: inout SeededRandom) {
        let free = (0..<6).map { "k\($0)" }.filter { key in !manifests.contains { $0.key == key } }
        guard let key = free.randomElement(using: &random) else { return }
        var manifest = SimManifest(
            key: key, name: "Name of \(key)", kind: SimManifest.Kind.allCases.randomElement(using: &random)!)
        // What a connection is cannot change, so a key that comes back comes back as what it was.
        manifest.kind = SimManifest.Kind.allCases[Int(key.utf8.last! - UInt8(ascii: "0")) % 3]
        if Bool.random(using: &random) { manifest.description = "first" }
        manifest.rows = Dictionary(
            uniqueKeysWithValues: (0..<Int.random(in: 1...12, using: &random)).map { ($0 + 1, $0) })
        manifest.usesSecret = Bool.random(using: &random)
        manifest.deletes = Bool.random(using: &random)
        manifest.ttl = [nil, 100_000, 1_000_000].randomElement(using: &random)!
        manifests.append(manifest)
    }

    // MARK: - The account

    func stored() async throws -> [StoredConnection] {
        let response = await emulator.handle(.init(method: "GET", target: "/_emulator/connections"))
        return (try JSONValue.parse(response.body)["connections"]?.arrayValue ?? []).map(StoredConnection.init)
    }

    /// Key and value of each row, with the key as it stands there.
    func rows(of uuid: String) async throws -> [(key: JSONValue, value: String)] {
        let response = await emulator.handle(.init(method: "GET", target: "/_emulator/rows/\(uuid)"))
        return try response.body.split(separator: UInt8(ascii: "\n")).map { line in
            let row = try JSONValue.parse(line)
            return (row["id"] ?? .null, row["v"]?.stringValue ?? "")
        }
    }

    func client(_ transport: SimTransport) throws -> APIClient {
        APIClient(
            configuration: try APIClientConfiguration(
                baseURL: "http://127.0.0.1\(Emulator.basePath)", keys: try APIKeys(apiKey: "k", brandKey: "b"),
                userAgent: "simulation", maxConcurrency: 1),
            transport: transport, time: clock)
    }

    // MARK: - Passes

    /// What becomes of the disk of a process while it runs.
    enum DiskFate: CustomStringConvertible {
        case whole
        case failing(Int, Int32)
        case powerLoss(Int, FaultyDisk.Image)

        var description: String {
            switch self {
            case .whole: "a whole disk"
            case .failing(let place, let code): "\(code == ENOSPC ? "ENOSPC" : "EIO") from operation \(place)"
            case .powerLoss(let place, let image): "power lost at operation \(place), \(image)"
            }
        }
    }

    struct Run {
        var outcome: PassOutcome
        var transport: SimTransport
        var hasLostPower = false
    }

    /// One pass of a machine.
    func pass(
        machine: Int = 0, directory: String = "Manifests", isDryRun: Bool = false, faultRate: Int = 0, seed: UInt64 = 0,
        kill: SimKill? = nil, disk fate: DiskFate = .whole, turns: (Turns, Int)? = nil, state: String? = nil,
        configure: (inout PassConfiguration) -> Void = { _ in }
    ) async throws -> Run {
        let state = state ?? machines[machine].state
        let disk: FaultyDisk
        switch fate {
        case .whole: disk = FaultyDisk(state)
        case .failing(let place, let code): disk = FaultyDisk(state, at: place, .failing(code))
        case .powerLoss(let place, _): disk = FaultyDisk(state, at: place, .powerLoss)
        }
        let transport = SimTransport(
            emulator, clock: clock, seed: seed, rate: faultRate, kill: kill, turns: turns, onDeath: { disk.kill() })
        let client = try client(transport)
        var configuration = PassConfiguration(
            directory: root.path(directory),
            secrets: SystemSecrets(
                environment: [:], credentialsDirectory: root.path("credentials"), forbiddenFiles: []),
            apiIdentity: "emulator", stateDirectory: state, temporaryDirectory: root.path("scratch"))
        configuration.brand = SipHash128.Key(5, 6)
        configuration.limits.maxRows = 3
        configuration.connectionsAtOnce = 1
        configuration.uploads.requests = 1
        configuration.calls = disk.calls
        configuration.namesMustExist = false
        configure(&configuration)
        let outcome = await ReconcilePass(
            configuration: configuration, reader: client, writer: isDryRun ? nil : client, querier: client,
            observer: SilentObserver(), time: clock
        ).run()
        turns.map { $0.0.end($0.1) }
        var run = Run(outcome: outcome, transport: transport)
        if case .powerLoss(let place, let image) = fate, disk.operations > place {
            run.hasLostPower = true
            serial += 1
            let after = root.path("disk-\(serial)")
            if FileStatus.exists(state) { try disk.materialize(image, in: after) }
            machines[machine].state = after
        }
        if Self.isVerbose { tell(run, machine: machine, isDryRun: isDryRun) }
        try lookForSecrets(outcome, in: machines[machine].state)
        return run
    }

    /// `SIMULATION_VERBOSE=1`: each pass with its requests, and what the manifests were.
    private static let isVerbose = ProcessInfo.processInfo.environment["SIMULATION_VERBOSE"] == "1"

    private func tell(_ run: Run, machine: Int, isDryRun: Bool) {
        note("  \(isDryRun ? "dry run" : "pass") of machine \(machine) at \(Int(clock.uptime()))")
        for manifest in manifests {
            note(
                "      \(manifest.key) \(manifest.kind) \(manifest.style) deletes=\(manifest.deletes) \(manifest.rows.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })"
            )
        }
        if let plan = run.outcome.plan { note(PlanText(usesColor: false).render(plan)) }
        for line in run.transport.log { note("      \(line)") }
        for (key, result) in run.outcome.results.sorted(by: { $0.key < $1.key }) {
            note("      \(key): \(result.steps) \(result.failure.map { $0.message } ?? "") \(result.warnings)")
        }
    }

    func note(_ text: String) { trail.append(text) }

    /// Nothing that was a secret ever stands in what is printed or written.
    private func lookForSecrets(_ outcome: PassOutcome, in state: String) throws {
        var texts = outcome.diagnostics.map { "\($0)" }
        if let plan = outcome.plan {
            texts.append(PlanText(usesColor: false).render(plan))
            texts.append(JSONValue.object(PlanJSON.members(of: plan)).compactText)
        }
        if let failure = outcome.failure { texts.append("\(failure)") }
        for result in outcome.results.values { texts += ["\(result)"] }
        if let saved = outcome.savedPlan { texts.append(saved.fileText) }
        for text in texts { try notSecret(text, "what is printed") }
        for name in (try? FileManager.default.subpathsOfDirectory(atPath: state)) ?? [] {
            guard let bytes = FileManager.default.contents(atPath: state + "/" + name) else { continue }
            try notSecret(String(decoding: bytes, as: UTF8.self), name)
        }
    }

    private func notSecret(_ text: String, _ place: String) throws {
        for secret in secrets where text.contains(secret) {
            throw Broken(rule: "secret", message: "\(secret) stands in \(place)")
        }
    }
}
