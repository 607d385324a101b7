import APIClient
import Foundation
import JSON
import Model
import Planner
import Reporting
import Testing

@testable import Reconciler

/// Plans that are saved and carried out later.
extension World {
    static let tool = "reconcile test"

    /// A plan as machines read it.
    static let document: @Sendable (Plan) -> JSONValue = { .object(PlanJSON.members(of: $0)) }

    static func seal(_ plan: SavedPlan? = nil, apiKey: String = "k") throws -> PlanSeal {
        PlanSeal(
            tool: tool, salt: plan?.salt ?? SipHash128.Key(1, 2), keys: try APIKeys(apiKey: apiKey, brandKey: "b"),
            document: document)
    }

    /// A dry run that saves its plan, which goes through its file's text as a user's does.
    func save(configure: (inout PassConfiguration) -> Void = { _ in }) async throws -> SavedPlan {
        let seal = try Self.seal()
        let outcome = try await pass(dryRun: true) {
            $0.seal = seal
            configure(&$0)
        }
        let plan = try #require(outcome.savedPlan, "\(outcome)")
        return try SavedPlan(fileText: Array(plan.fileText.utf8), path: "plan.json", tool: Self.tool)
    }

    func apply(
        _ plan: SavedPlan, writer: (any ConnectionWriting)? = nil,
        configure: (inout PassConfiguration) -> Void = { _ in }
    ) async throws -> PassOutcome {
        let seal = try Self.seal(plan)
        return try await pass(writer: writer) {
            plan.options.apply(to: &$0)
            $0.saved = plan
            $0.seal = seal
            configure(&$0)
        }
    }
}
