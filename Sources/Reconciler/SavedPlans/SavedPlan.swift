import JSON
import Model
import Planner
import Platform

/// A plan that a dry run wrote, to be carried out later exactly as it was reviewed, or not at all.
///
/// It holds no secret and no orders: what is carried out is planned anew, and only where that comes to the same actions
/// from the same inputs.
package struct SavedPlan: Sendable, Hashable {
    /// Raised when older versions must not read it.
    package static let formatVersion = 1

    /// `reconcile VERSION`, of the one that wrote it.
    package var tool: String
    /// Unix seconds.
    package var created: Int
    /// What state is bound to: the API's URL, or the emulator's own name.
    package var api: String
    package var owner: String
    /// DIR as the user gave it.
    package var directory: String
    package var options: SavedOptions
    package var salt: SipHash128.Key
    var inputs: InputDigests
    /// The members of the plan's document.
    package var plan: JSONValue

    init(_ plan: Plan, desired: DesiredState, configuration: PassConfiguration, seal: PlanSeal, created: Int) {
        tool = seal.tool
        self.created = created
        api = configuration.apiIdentity
        owner = desired.policy.owner
        directory = configuration.directory
        options = SavedOptions(configuration)
        salt = seal.salt
        inputs = InputDigests(plan, desired: desired, seal: seal)
        self.plan = seal.document(plan)
    }

    /// What tells it from every other plan.
    package var identity: String { Self.sum(of: body) }

    /// Seconds since it was made are more than allowed, or it comes from the future.
    package func refusalOfAge(now: Double, limit: Double) -> StepFailure? {
        let age = now - Double(created)
        // Clocks of two machines may differ by some minutes.
        if age < -300 {
            return StepFailure(
                .planOutdated, "the plan was made in the future, at \(CivilTime(utc: Double(created)).rfc3339)",
                help: "set this machine's clock, or take a new plan")
        }
        if age <= limit { return nil }
        return StepFailure(
            .planOutdated,
            "the plan was made at \(CivilTime(utc: Double(created)).rfc3339), longer ago than the \(Int(limit).grouped) s allowed",
            help: "\(Self.nextStep), or raise --max-plan-age")
    }

    static let nextStep = "take a new plan with reconcile --dry-run --out FILE"
}
