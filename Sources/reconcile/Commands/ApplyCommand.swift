import Model
import Platform
import Reconciler

/// `reconcile apply PLAN [DIR]`: carries out what a dry run saved, exactly that or nothing. Without a plan, or with a
/// directory in its place, it is a pass.
struct ApplyCommand {
    let invocation: Invocation
    let console: Console

    func run() async throws(UsageError) -> ExitStatus {
        let isDirectory =
            invocation.operands.first.map { $0 == "-" || (try? FileStatus(of: $0))?.kind == .directory } ?? true
        if isDirectory, invocation.operands.count < 2 {
            if invocation.options.isGiven("--max-plan-age") {
                throw UsageError("--max-plan-age goes with a plan", help: "name the file that --dry-run --out wrote")
            }
            return try await ReconcileCommand(invocation: invocation, console: console).run()
        }
        let known = Set(OptionSpec.all(for: .apply).map(\.name))
        if let other = invocation.options.names.first(where: { !known.contains($0) }) {
            throw UsageError(
                "\(other) does not go with a saved plan", help: "give it to the dry run that saves the plan")
        }
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
