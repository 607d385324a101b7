import APIClient
import Foundation
import JSON
import ManifestLoader
import Model
import Planner
import Testing

@testable import Reconciler

/// The file of a saved plan: whole or refused, and without secrets.
@Suite struct SavedPlanFileTests {
    private func read(_ text: some Collection<UInt8>, tool: String = World.tool) -> Reconciler.ExitStatus {
        do throws(StepFailure) {
            _ = try SavedPlan(fileText: text, path: "plan.json", tool: tool)
            return .done
        } catch {
            #expect(error.message.contains("plan.json"))
            return error.status
        }
    }

    private func plan() async throws -> SavedPlan {
        let world = try World()
        try world.writeSamples()
        return try await world.save()
    }

    @Test func itIsReadAsItWasWritten() async throws {
        let world = try World()
        try world.writeSamples()
        let seal = try World.seal()
        for filter in [nil, RunFilter.names(["plain", "stock"]), .selector(try LabelSelector("team!=crm"))] {
            let outcome = try await world.pass(dryRun: true) {
                $0.seal = seal
                $0.filter = filter
                $0.namesMustExist = false
                $0.planning.adopt = ["plain"]
                $0.planning.allowDelete = ["a", "b"]
                $0.planning.allowDeletePercent = 40
                $0.planning.retryRejected = true
            }
            let plan = try #require(outcome.savedPlan)
            #expect(try SavedPlan(fileText: Array(plan.fileText.utf8), path: "p", tool: World.tool) == plan)
        }
    }

    /// A new option that is forgotten here would change what `apply` does.
    @Test func everyPlanningOptionIsInIt() {
        let configuration = PassConfiguration(
            directory: "", secrets: SystemSecrets(environment: [:], credentialsDirectory: nil, forbiddenFiles: []),
            apiIdentity: "", stateDirectory: "", temporaryDirectory: "")
        let written = Set((SavedOptions(configuration).document.objectValue ?? []).map(\.key))
        for child in Mirror(reflecting: PlanningOptions()).children {
            let name = (child.label ?? "").reduce(into: "") { text, character in
                text += character.isUppercase ? "_" + character.lowercased() : String(character)
            }
            // The filter that makes the restriction is written instead: what it means is asked anew. And of invalid
            // manifests no plan is saved.
            if name != "restriction", name != "keeps_only" { #expect(written.contains(name), "\(name)") }
        }
    }

    @Test func whatIsDamagedIsInvalid() async throws {
        let text = Array(try await plan().fileText.utf8)
        #expect(read(text) == .done)
        for length in stride(from: 0, to: text.count - 2, by: 97) { #expect(read(text.prefix(length)) == .invalid) }
        for offset in stride(from: 0, to: text.count, by: 61) where text[offset] != UInt8(ascii: " ") {
            var damaged = text
            damaged[offset] = text[offset] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
            #expect(read(damaged) != .done, "byte \(offset)")
        }
        #expect(read(Array("hello".utf8)) == .invalid)
        #expect(read(Array("{}".utf8)) == .invalid)
        #expect(read(Array(#"{"format_version": 1, "connections": []}"#.utf8)) == .invalid)
    }

    @Test func anEditedActionIsDamage() async throws {
        let text = try await plan().fileText.replacing("\"Plain\"", with: "\"Plane\"")
        #expect(read(Array(text.utf8)) == .invalid)
    }

    @Test func anotherVersionsPlanDoesNotFit() async throws {
        let text = try await plan().fileText
        #expect(read(Array(text.utf8), tool: "reconcile 9") == .planOutdated)
        let newer = text.replacing("\"format_version\": 1,\n  \"tool\"", with: "\"format_version\": 2,\n  \"tool\"")
        #expect(newer != text)
        #expect(read(Array(newer.utf8)) == .planOutdated)
    }

    @Test func anOldPlanDoesNotFit() async throws {
        let plan = try await plan()
        let created = Double(plan.created)
        #expect(plan.refusalOfAge(now: created + 86_400, limit: 86_400) == nil)
        #expect(plan.refusalOfAge(now: created + 86_401, limit: 86_400)?.status == .planOutdated)
        #expect(plan.refusalOfAge(now: created + 86_401, limit: 86_400)?.help?.contains("--max-plan-age") == true)
        #expect(plan.refusalOfAge(now: created - 299, limit: 86_400) == nil)
        #expect(plan.refusalOfAge(now: created - 301, limit: 86_400)?.status == .planOutdated)
    }

    private static let secretive = World.stock.replacing("X-Token: abc", with: "X-Token: \"${env:RECONCILE_T}\"")
        .replacing("https://api.example.com", with: "https://api.example.com/${env:RECONCILE_T}")

    private func secretWorld() throws -> World {
        let world = try World()
        try world.write("policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests}\n")
        try world.write("stock.yaml", Self.secretive)
        return world
    }

    private func secrets(_ value: String) -> SystemSecrets {
        SystemSecrets(environment: ["RECONCILE_T": value], credentialsDirectory: nil, forbiddenFiles: [])
    }

    @Test func noSecretIsInItAndARotatedOneIsNoticed() async throws {
        let world = try secretWorld()
        for isNew in [true, false] {
            let plan = try await world.save { $0.secrets = secrets("hush-hush") }
            #expect(!plan.fileText.contains("hush-hush"))
            let rotated = try await world.apply(plan) { $0.secrets = secrets("other") }
            #expect(rotated.failure?.status == .planOutdated)
            #expect(rotated.failure?.message.contains("the manifests changed (stock)") == true)
            let outcome = try await world.apply(plan) { $0.secrets = secrets("hush-hush") }
            #expect(outcome.exitStatus(detailed: false) == .done, "\(isNew) \(outcome)")
        }
    }

    /// Without the API keys nobody can tell whether a guess at a secret is right; without any, secrets are left out.
    @Test func digestsOfSecretsNeedTheAPIKeys() async throws {
        let world = try secretWorld()
        func digest(_ secret: String, keys: APIKeys?, salt: UInt64 = 1) async throws -> String? {
            let seal = PlanSeal(tool: World.tool, salt: SipHash128.Key(salt, 0), keys: keys, document: World.document)
            let outcome = try await world.pass(dryRun: true) {
                $0.secrets = secrets(secret)
                $0.seal = seal
            }
            return outcome.savedPlan?.inputs.manifests["stock"]
        }
        let keys = try APIKeys(apiKey: "k", brandKey: "b")
        let reference = try await digest("one", keys: keys)
        #expect(try await digest("one", keys: keys) == reference)
        #expect(try await digest("two", keys: keys) != reference)
        #expect(try await digest("one", keys: keys, salt: 2) != reference)
        #expect(try await digest("one", keys: try APIKeys(apiKey: "k", brandKey: "c")) != reference)
        #expect(try await digest("one", keys: try APIKeys(apiKey: "l", brandKey: "b")) != reference)
        #expect(
            try await digest("one", keys: nil)
                == digest("two", keys: nil))
    }

    @Test func aPlanThatDoesNotFitComesBeforeWhatIsSaidOfIt() {
        #expect(Reconciler.ExitStatus.worst(of: [.invalid, .planOutdated, .refused]) == .planOutdated)
        #expect(Reconciler.ExitStatus.worst(of: [.planOutdated, .unreachable]) == .unreachable)
        #expect(Reconciler.ExitStatus.worst(of: [.planOutdated, .authenticationFailed]) == .authenticationFailed)
        #expect(Reconciler.ExitStatus.planOutdated.rawValue == 7)
    }
}
