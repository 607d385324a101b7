import Foundation
import JSON
import ManifestLoader
import Model
import Planner
import Reporting
import TestSupport
import Testing

@testable import Reconciler

/// From a seed: what came from a secret once is shown by no form of a plan and kept in no file, whatever the manifest
/// makes of it later, with state and without.
@Suite struct SecretPropertyTests {
    private static let places = [
        "url", "headers.Accept", "headers.X-Key", "body.token", "body.deep.note", "body.plain",
    ]

    /// What stands at a place: a secret, a plain value, or nothing.
    private enum Content { case secret, plain, none }

    private static func manifest(_ contents: [String: Content]) -> String {
        func text(_ path: String, _ number: Int) -> String? {
            switch contents[path] ?? .none {
            case .secret: "x ${env:RECONCILE_SECRET_\(number)} y"
            case .plain: "plain"
            case .none: nil
            }
        }
        let values = Dictionary(
            uniqueKeysWithValues: places.enumerated().compactMap { number, path in text(path, number).map { (path, $0) }
            })
        func members(_ names: [(String, String)]) -> String {
            "{" + names.compactMap { name, path in values[path].map { "\(name): \"\($0)\"" } }.joined(separator: ", ")
                + "}"
        }
        let deep = values["body.deep.note"].map { ", deep: {note: \"\($0)\"}" } ?? ""
        return """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: c}
            spec:
              name: C
              primary_key: sku
              external_api_details:
                url: "https://api.example.com/s?k=\((values["url"] ?? "none").replacing(" ", with: "-"))"
                http_method: POST
                headers: \(members([("Accept", "headers.Accept"), ("X-Key", "headers.X-Key")]))
                body: {sku: a\(deep), more: \(members([("token", "body.token"), ("plain", "body.plain")]))}

            """
    }

    @Test(arguments: 1...40)
    func whatWasSecretStaysSo(_ seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed) &* 32_452_843)
        let world = try World()
        let secrets = (0..<Self.places.count).map { "marigold\($0)tannery\(seed)" }
        let environment = Dictionary(
            uniqueKeysWithValues: secrets.enumerated().map { ("RECONCILE_SECRET_\($0)", $1) })
        let source = SystemSecrets(environment: environment, credentialsDirectory: nil, forbiddenFiles: [])
        var contents: [String: Content] = [:]
        for path in Self.places { contents[path] = Bool.random(using: &random) ? .secret : .plain }
        var shown = ""
        for step in 0..<4 {
            if step > 0 {
                for path in Self.places where Bool.random(using: &random) {
                    contents[path] = [Content.secret, .plain, .none].randomElement(using: &random)!
                }
            }
            try world.write("c.yaml", Self.manifest(contents))
            if step > 0, Int.random(in: 0..<3, using: &random) == 0 { world.forgetState() }
            let seal = try World.seal()
            let dry = try await world.pass(dryRun: true) {
                $0.secrets = source
                $0.seal = seal
            }
            let drift = try await world.pass(dryRun: true) {
                $0.secrets = source
                $0.planning.driftOnly = true
            }
            for plan in [dry.plan, drift.plan].compactMap({ $0 }) {
                shown += PlanText(usesColor: false).render(plan)
                shown += JSONValue.object(PlanJSON.members(of: plan)).prettyText
            }
            shown += dry.savedPlan?.fileText ?? ""
            let outcome = try await world.pass { $0.secrets = source }
            #expect(outcome.exitStatus(detailed: false) == .done, "seed \(seed), step \(step)")
            shown += outcome.results.values.flatMap(\.warnings).joined()
        }
        for name in try FileManager.default.subpathsOfDirectory(atPath: world.state.path) {
            let path = world.state.appending(path: name).path
            shown += FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        for secret in secrets {
            let place = shown.firstRange(of: secret).map { shown[..<$0.lowerBound].suffix(200) }
            #expect(place == nil, "seed \(seed): \(secret)")
        }
        await world.emulator.stop()
    }
}
