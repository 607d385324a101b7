import APIClient
import Foundation
import Model
import Planner
import Platform
import TestSupport

@testable import Daemon
@testable import Reconciler

extension Simulation {
    func take(_ step: SimStep) async throws {
        var random = SeededRandom(seed: step.seed)
        note("\(step)")
        switch step.kind {
        case .edit: try edit(&random)
        case .meddle: try await meddle(&random)
        case .pass: try await faultyPass(&random)
        case .killedPass: try await faultyPass(&random, keepsDisk: true)
        case .quietPass: try await quietPass()
        case .dryRun: try await dryRun()
        case .daemon: try await daemon(&random)
        case .both: try await both(&random)
        case .elsewhere:
            // Without markers state alone says what is ours.
            if !isStateOwned { try await quietPass(machine: 1) }
        case .others: try await others()
        case .time: clock.advance([60, 3600, 86_400, 400_000].randomElement(using: &random)!)
        case .clockSetBack: clock.setBack([30, 4000, 200_000].randomElement(using: &random)!)
        case .clockAhead: try await clockAhead(&random)
        case .loseState:
            // Without markers state alone says what is ours; a machine that lost it cannot go on.
            if !isStateOwned { try? FileManager.default.removeItem(atPath: machines[0].state) }
        case .oldState: try oldState()
        case .savePlan: try await savePlan()
        case .applyPlan: try await applyPlan()
        case .newSecret:
            secrets.append("sesame-\(step.seed)-\(secrets.count)")
            try writeSecret()
        }
    }

    // MARK: - People

    private func edit(_ random: inout SeededRandom) throws {
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard let index = manifests.indices.randomElement(using: &random) else {
                addManifest(&random)
                continue
            }
            // Rows are what changes most.
            let isAboutRows = manifests[index].kind == .rows && Bool.random(using: &random)
            switch isAboutRows ? 19 : Int.random(in: 0..<19, using: &random) {
            case 18: manifests[index].revert()
            case 14, 15: manifests[index].order = random.next()
            case 0, 1: addManifest(&random)
            case 2: manifests.remove(at: index)
            case 3:
                manifests[index].name = ["Name of \(manifests[index].key)", "Other name \(manifests[index].key)"]
                    .randomElement(using: &random)!
            case 4:
                manifests[index].description = [nil, "first", "second", " with blanks "].randomElement(using: &random)!
            case 5: manifests[index].isProtected.toggle()
            case 6: manifests[index].references.formSymmetricDifference([["1", "2"].randomElement(using: &random)!])
            case 7: manifests[index].apiTTL = [5, 60, 90].randomElement(using: &random)!
            case 8: manifests[index].header = [nil, "one", "two"].randomElement(using: &random)!
            case 9: manifests[index].usesSecret.toggle()
            case 10: manifests[index].ttl = [nil, 100_000, 1_000_000].randomElement(using: &random)!
            case 11: manifests[index].deletes.toggle()
            case 12: manifests[index].style = SimManifest.Style.allCases.randomElement(using: &random)!
            case 13: isPruning = Int.random(in: 0..<3, using: &random) > 0
            default:
                manifests[index].before = manifests[index].rows
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let id = Int.random(in: 1...12, using: &random)
                    let isThere = manifests[index].rows[id] != nil
                    if isThere, manifests[index].rows.count > 1, Bool.random(using: &random) {
                        manifests[index].rows[id] = nil
                    } else {
                        manifests[index].rows[id] = Int.random(in: 0...9, using: &random)
                    }
                }
            }
        }
        try writeManifests()
    }

    private func meddle(_ random: inout SeededRandom) async throws {
        let client = try client(SimTransport(emulator, clock: clock, seed: 0))
        let all = try await stored().filter { $0.mark.owner != "them" }
        guard let there = all.randomElement(using: &random) else { return }
        func update(name: String? = nil, description: String?) async throws {
            // As the pages of the service do it: what is not changed goes along.
            let details = there.json["external_api_details"].flatMap { $0.isNull ? nil : ConfigValue($0) }
            _ = try await client.update(
                there.uuid,
                to: Definition(
                    name: name ?? there.name, primaryKey: there.primaryKey, description: description, details: details))
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: try await update(name: "By hand", description: there.description)
        case 2: try await update(description: "edited " + (there.description ?? ""))
        case 3:
            mayRefuse = true
            try await update(description: "no marker")
        case 4: try await client.delete(there.uuid)
        case 5:
            _ = try await client.createReference(Reference(type: "sms", id: "by-hand"), on: there.uuid)
        case 6:
            guard let reference = there.references.sorted().first else { return }
            try await client.deleteReference(reference, of: there.uuid)
        default:
            guard case .object(var details)? = there.json["external_api_details"].map(ConfigValue.init) else { return }
            // A field that no manifest has is nobody's drift, and stays whatever is written.
            let isDeclared = Bool.random(using: &random)
            details[isDeclared ? "ttl" : "timeout"] = .number("7")
            if !isDeclared { timeouts.insert(there.uuid) }
            _ = try await client.update(
                there.uuid,
                to: Definition(
                    name: there.name, primaryKey: there.primaryKey, description: there.description,
                    details: .object(details)))
        }
    }

    /// A machine comes back from a backup.
    private func oldState() throws {
        if isStateOwned { return }
        let state = machines[0].state
        if let backup = machines[0].backup {
            try? FileManager.default.removeItem(atPath: state)
            try FileManager.default.copyItem(atPath: backup, toPath: state)
            machines[0].backup = nil
        } else if FileManager.default.fileExists(atPath: state) {
            let backup = state + "-backup"
            try? FileManager.default.removeItem(atPath: backup)
            try FileManager.default.copyItem(atPath: state, toPath: backup)
            machines[0].backup = backup
        }
    }

    // MARK: - Processes

    private func faultyPass(_ random: inout SeededRandom, keepsDisk: Bool = false) async throws {
        let rate = [0, 5, 20, 50].randomElement(using: &random)!
        var kill: SimKill?
        var fate = DiskFate.whole
        switch Int.random(in: 0..<(keepsDisk ? 5 : 10), using: &random) {
        case 0, 1: kill = .beforeWrite(Int.random(in: 1...[4, 12].randomElement(using: &random)!, using: &random))
        case 2, 3: kill = .afterWrite(Int.random(in: 1...[4, 12].randomElement(using: &random)!, using: &random))
        case 4 where keepsDisk: break
        case 4: fate = .failing(Int.random(in: 0...60, using: &random), [ENOSPC, EIO].randomElement(using: &random)!)
        case 5, 6:
            fate = .powerLoss(
                Int.random(in: 0...80, using: &random), FaultyDisk.Image.allCases.randomElement(using: &random)!)
        default: break
        }
        let before = try await stored()
        let known = try knownBefore()
        let run = try await pass(faultRate: rate, seed: random.next(), kill: kill, disk: fate)
        note("    faults \(run.transport.faults), \(kill.map { "\($0)" } ?? "not killed"), \(fate)")
        try judge(before, try await stored(), known: known, run)
        guard run.transport.isDead || run.hasLostPower, Int.random(in: 0..<3, using: &random) > 0 else { return }
        // Whoever writes the files does not know of it: the next process finds others.
        note("    the files are written anew")
        for index in manifests.indices where manifests[index].kind == .rows { rewrite(&manifests[index], &random) }
        try writeManifests()
        try await quietPass()
    }

    /// The file comes again: in another order, with a value, a row or a spelling that differs, or as it was.
    private func rewrite(_ manifest: inout SimManifest, _ random: inout SeededRandom) {
        let ids = manifest.rows.keys.sorted()
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: manifest.order = random.next()
        case 2: manifest.rows[ids.randomElement(using: &random) ?? 1] = Int.random(in: 0...9, using: &random)
        case 3: if ids.count > 1, let id = ids.randomElement(using: &random) { manifest.rows[id] = nil }
        case 4: manifest.rows[Int.random(in: 1...12, using: &random)] = Int.random(in: 0...9, using: &random)
        case 5, 6: manifest.revert()
        default: break
        }
        if Int.random(in: 0..<8, using: &random) == 0 {
            manifest.style = SimManifest.Style.allCases.randomElement(using: &random)!
        }
    }

    private func quietPass(machine: Int = 0) async throws {
        let before = try await stored()
        let known = try knownBefore(machine: machine)
        let run = try await pass(machine: machine)
        let after = try await stored()
        try judge(before, after, known: known, run)
        try compareWithPlan(run.outcome, before, after)
    }

    /// The clock is ahead for one pass, and somebody sets it right before the next.
    private func clockAhead(_ random: inout SeededRandom) async throws {
        let seconds = [600.0, 200_000].randomElement(using: &random)!
        clock.setBack(-seconds)
        if Bool.random(using: &random) { try edit(&random) }
        try await quietPass()
        clock.setBack(seconds)
        try await quietPass()
    }

    private func dryRun() async throws {
        let before = try await stored()
        let state = contents(of: machines[0].state)
        let run = try await pass(isDryRun: true)
        if run.transport.writes > 0 { throw Broken(rule: "dry run", message: "a dry run wrote to the account") }
        if try await stored() != before { throw Broken(rule: "dry run", message: "the account changed") }
        if contents(of: machines[0].state) != state { throw Broken(rule: "dry run", message: "state changed") }
    }

    func contents(of state: String) -> [String: Data] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: state)) ?? []
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: state + "/" + $0) ?? Data()) })
    }

    private func both(_ random: inout SeededRandom) async throws {
        if isStateOwned { return }
        let turns = Turns([0, 1], seed: random.next())
        let rate = [0, 10].randomElement(using: &random)!
        let (one, other) = (random.next(), random.next())
        let before = try await stored()
        nonisolated(unsafe) let simulation = self
        async let first = simulation.pass(machine: 0, faultRate: rate, seed: one, turns: (turns, 0))
        async let second = simulation.pass(machine: 1, faultRate: rate, seed: other, turns: (turns, 1))
        _ = try await (first, second)
        try judgeOthers(before, try await stored())
    }

    private func others() async throws {
        let before = try await stored()
        _ = try await pass(directory: "Theirs", state: root.path("state-theirs"))
        let after = try await stored()
        let ours = { (all: [StoredConnection]) in all.filter { $0.mark.owner != "them" } }
        if ours(before) != ours(after) {
            throw Broken(rule: "owners", message: "another owner's pass touched what is ours")
        }
    }

    private func savePlan() async throws {
        let seal = PlanSeal(tool: World.tool, salt: SipHash128.Key(3, 4), keys: nil, document: World.document)
        saved = try await pass(isDryRun: true, configure: { $0.seal = seal }).outcome.savedPlan
    }

    private func applyPlan() async throws {
        guard let plan = saved else { return }
        let seal = PlanSeal(tool: World.tool, salt: plan.salt, keys: nil, document: World.document)
        let before = try await stored()
        let known = try knownBefore()
        let run = try await pass {
            plan.options.apply(to: &$0)
            $0.namesMustExist = false
            $0.saved = plan
            $0.seal = seal
        }
        let after = try await stored()
        if run.outcome.failure?.kind == .planOutdated {
            if after != before { throw Broken(rule: "saved plan", message: "an outdated plan changed the account") }
            return
        }
        try judge(before, after, known: known, run)
    }

    /// The daemon's own loop: what it decides, waits for and holds back, with passes that meet faults.
    private func daemon(_ random: inout SeededRandom) async throws {
        let log = Log(format: .text, time: clock) { _ in }
        var options = DaemonOptions(directory: root.path("Manifests"), version: "1")
        options.interval = 300
        let watcher = FileWatcher(directory: options.directory, time: clock) {}
        defer { watcher.stop() }
        var loop = DaemonLoop(
            options: options, watcher: watcher, log: log, notifier: SystemdNotifier(environment: [:], time: clock),
            time: clock, board: StatusBoard(Status(version: "1", directory: options.directory, startedAt: 0)))
        let rate = [0, 10, 40].randomElement(using: &random)!
        let end = clock.uptime() + [200, 2000].randomElement(using: &random)!
        var actions = loop.handle(.started)
        var lastValid: DesiredState?
        var passes = 0
        while passes < 12 {
            if let begin = actions.first(where: { if case .beginPass = $0 { true } else { false } }),
                case .beginPass(let reason) = begin
            {
                let began = clock.uptime()
                let order = loop.order(reason)
                let before = try await stored()
                let known = try knownBefore()
                let last = lastValid
                let run = try await pass(faultRate: rate, seed: random.next()) {
                    $0.holdBack = order.holdBack
                    $0.lastValid = last
                    $0.keepsToWindows = true
                }
                passes += 1
                lastValid = run.outcome.desired ?? lastValid
                try judge(before, try await stored(), known: known, run)
                actions = loop.passEnded(PassResult(outcome: run.outcome), reason, began: began)
                if Int.random(in: 0..<5, using: &random) == 0 {
                    try edit(&random)
                    actions += loop.handle(.changed)
                }
                continue
            }
            guard let wake = loop.wakeAt, wake < end else { return }
            clock.advance(wake - clock.uptime())
            actions = loop.handle(.timer(progress: 0))
        }
    }
}
