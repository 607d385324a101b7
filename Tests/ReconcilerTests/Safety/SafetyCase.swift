import APIClient
import Emulator
import Foundation
import JSON
import Model
import Planner
import StateStore
import TestSupport

@testable import Reconciler

/// One random account with its manifests, policy and options; everything comes from the seed.
struct SafetyCase {
    let world: World
    let client: APIClient
    var facts = SafetyFacts()
    private var random: SeededRandom

    init(seed: UInt64) throws {
        world = try World(isServed: false)
        client = try InProcessTransport.client(world.emulator, time: world.time)
        random = SeededRandom(seed: seed)
    }

    // MARK: - Chance

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    // MARK: - Before the pass

    /// Manifests that were applied once, what people did to the account since, and the manifests of now.
    mutating func prepare() async throws {
        facts.isStateOwned = chance(20)
        facts.prune = true
        facts.adopt = chance(30)
        for number in 0..<Int.random(in: 1...8, using: &random) {
            facts.manifests.append(manifest("k\(number)", name: "N\(number)"))
        }
        try writeFiles()
        if chance(85) { _ = try await pass { _ in } }
        for _ in 0..<Int.random(in: 0...4, using: &random) { try await meddle() }
        if chance(20) { world.forgetState() }
        try await changeManifests()
        try remember()
        try writeFiles()
    }

    private mutating func manifest(_ key: String, name: String) -> RandomManifest {
        var manifest = RandomManifest(key: key, name: name)
        manifest.description = chance(50) ? pick(["one", "two"]) : nil
        manifest.primaryKey = chance(80) ? "id" : "sku"
        manifest.isProtected = chance(20)
        manifest.hasData = chance(25)
        if chance(30) { manifest.references = [pick(["1", "2"])] }
        return manifest
    }

    private mutating func changeManifests() async throws {
        for index in facts.manifests.indices.reversed() {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<30: facts.manifests.remove(at: index)
            case 30..<40: facts.manifests[index].description = "changed"
            case 40..<46: facts.manifests[index].isProtected.toggle()
            case 46..<54:
                facts.manifests[index].renamedFrom = facts.manifests[index].key
                facts.manifests[index].key = "r\(index)"
            case 54..<58: facts.manifests[index].key = "x\(index)"
            case 58..<61: facts.manifests[index].primaryKey = "other"
            case 61..<64: facts.manifests[index].isSuspended = true
            case 64..<67: facts.manifests[index].hasBadData = true
            case 67..<74:
                let all = try await connections()
                let damaged = all.filter { $0.mark == .damaged }
                facts.manifests[index].pin = (damaged + damaged + all).randomElement(using: &random)?.uuid
            default: break
            }
        }
        // A name alone is no identity: two manifests may give their connections the same one.
        if chance(40) {
            let name = "N\(Int.random(in: 0..<8, using: &random))"
            facts.manifests.append(manifest("new", name: name))
        }
        if chance(4) { facts.manifests = [] }
        facts.prune = chance(75)
        facts.adopt = chance(30)
        facts.maxDeletePercent = pick([0, 30, 30, 30, 60, 100])
        let keys = ["k0", "k1", "k2", "k3", "orphan", "new"]
        if chance(30) { facts.adoptNames = [pick(keys), pick(keys)] }
        if chance(40) { facts.allowDelete = [pick(keys), pick(keys)] }
        if chance(20) { facts.allowDeletePercent = pick([10, 50, 100]) }
        if chance(15) {
            facts.doubtfulFile = pick([("old.yaml", ""), ("old.yml", "# later\n"), ("old.YAML", "x: 1\n")])
        }
        if chance(12), !facts.manifests.isEmpty { facts.names = [pick(facts.manifests).key] }
        // Pins are unique in a directory.
        var pins: Set<String> = []
        for index in facts.manifests.indices {
            if let pin = facts.manifests[index].pin, !pins.insert(pin).inserted { facts.manifests[index].pin = nil }
        }
    }

    /// Something that people do by hand, in the service's own pages.
    private mutating func meddle() async throws {
        let name = "N\(Int.random(in: 0..<8, using: &random))"
        let key = pick(["k0", "k1", "k2", "orphan"])
        let primaryKey = chance(80) ? "id" : "sku"
        let there = try await connections().randomElement(using: &random)
        func create(_ description: String?) async throws {
            _ = try await client.create(
                Definition(name: name, primaryKey: primaryKey, description: description, details: nil))
        }
        func describe(_ description: String?) async throws {
            guard let there else { return }
            let definition = Definition(
                name: there.name, primaryKey: there.primaryKey, description: description, details: nil)
            _ = try await client.update(there.uuid, to: definition)
        }
        let old = there?.description ?? ""
        switch Int.random(in: 0..<14, using: &random) {
        case 0, 1: try await create("by hand")
        case 2: try await create("[reconcile owner=them key=\(key)]")
        case 3: try await create("ours [reconcile owner=us key=orphan\(chance(30) ? " protect" : "")]")
        case 4: try await create("half [reconcile owner=us key=\(key) da")
        case 5: try await create(old)
        case 6: try await describe(String(old.dropLast(Int.random(in: 1...20, using: &random))))
        case 7: try await describe("no marker")
        case 8: try await describe(old.replacing(" protect", with: ""))
        case 9: try await describe("[reconcile owner=them key=\(key)]")
        case 10: try await describe("[reconcile owner=us key=\(key)]")
        case 11: try await describe("edited " + old)
        case 12:
            guard let there else { return }
            _ = try await client.createReference(Reference(type: "sms", id: "theirs"), on: there.uuid)
        default: if let there { try await client.delete(there.uuid) }
        }
    }

    private func writeFiles() throws {
        for file in try FileManager.default.contentsOfDirectory(atPath: world.manifests.path) {
            try world.remove(file)
        }
        try world.write("policy.yaml", facts.policyYAML)
        for manifest in facts.manifests { try world.write("\(manifest.key).yaml", manifest.yaml) }
        if let file = facts.doubtfulFile { try world.write(file.name, file.text) }
        for column in ["id", "sku", "other"] { try world.write("rows-\(column).csv", "\(column),v\na,1\nb,2\n") }
    }

    /// What state holds when the pass begins: the rules ask for it, whatever the planner makes of it.
    private mutating func remember() throws {
        let identity = StateIdentity(apiURL: "emulator", owner: SafetyFacts.owner)
        let state = try StateStore.read(directory: world.state.path, identity: identity, time: world.time)
        facts.known = state.connections.mapValues { applied in
            SafetyFacts.Known(
                uuid: applied.uuid, references: Set(applied.references.map(\.uuid)),
                isProtected: applied.isProtected == true)
        }
    }

    // MARK: - Passes

    private func configure(_ configuration: inout PassConfiguration) {
        configuration.namesMustExist = false
        configuration.planning.adopt = facts.adoptNames
        configuration.planning.allowDelete = facts.allowDelete
        configuration.planning.allowDeletePercent = facts.allowDeletePercent
        configuration.filter = facts.names.map { .names($0.sorted()) }
    }

    private func pass(
        dryRun: Bool = false, _ change: (inout PassConfiguration) -> Void
    ) async throws -> PassOutcome {
        try await world.pass(with: client, dryRun: dryRun) {
            configure(&$0)
            change(&$0)
        }
    }

    func dryRun() async throws -> PassOutcome {
        let seal = PlanSeal(tool: World.tool, salt: SipHash128.Key(3, 4), keys: nil, document: World.document)
        return try await pass(dryRun: true) { $0.seal = seal }
    }

    func apply(_ plan: SavedPlan) async throws -> PassOutcome {
        let seal = PlanSeal(tool: World.tool, salt: plan.salt, keys: nil, document: World.document)
        return try await world.pass(with: client) {
            plan.options.apply(to: &$0)
            $0.namesMustExist = false
            $0.saved = plan
            $0.seal = seal
        }
    }

    func connections() async throws -> [StoredConnection] {
        let response = await world.emulator.handle(.init(method: "GET", target: "/_emulator/connections"))
        return (try JSONValue.parse(response.body)["connections"]?.arrayValue ?? []).map(StoredConnection.init)
    }
}
