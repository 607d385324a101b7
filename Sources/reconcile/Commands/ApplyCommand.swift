import Model
import Platform
import Reconciler

/// `reconcile apply PLAN [DIR]`: carries out what a dry run saved, exactly that or nothing.
struct ApplyCommand {
    let invocation: Invocation
    let console: Console

    func run() async throws(UsageError) -> ExitStatus {
        let limit = try invocation.options.duration("--max-plan-age", in: 0...31_536_000) ?? 86_400
        let plan: SavedPlan
        do throws(StepFailure) {
            plan = try PlanFile.read(invocation.operands[0])
            if let refusal = plan.refusalOfAge(now: SystemTime().unixTime(), limit: limit) { throw refusal }
        } catch {
            return try refuse(error)
        }
        var pass = invocation
        pass.operands = [invocation.operands.count > 1 ? invocation.operands[1] : plan.directory]
        return try await ReconcileCommand(invocation: pass, console: console, saved: plan).run()
    }

    /// The same report as that of a pass which could not begin.
    private func refuse(_ failure: StepFailure) throws(UsageError) -> ExitStatus {
        var outcome = PassOutcome()
        outcome.failure = failure
        return try ReconcileCommand(invocation: invocation, console: console).report(
            outcome, status: failure.status, isDryRun: false, api: "")
    }
}
