import Model
import Planner

/// Plans that are saved, and saved plans that are carried out.
extension ReconcilePass {
    /// What tells, before the account is read, that a saved plan cannot be carried out here.
    func checkSavedPlan(owner: String) throws(StepFailure) {
        guard let saved = configuration.saved else { return }
        try saved.checkPlace(api: configuration.apiIdentity, owner: owner)
        try AppliedPlans(stateDirectory: configuration.stateDirectory).check(saved)
    }

    /// The plan in the form to be saved; nil where nobody asked for it. Throws where another one is to be carried out.
    func sealed(_ plan: Plan, desired: DesiredState) throws(StepFailure) -> SavedPlan? {
        guard let seal = configuration.seal else { return nil }
        let sealed = SavedPlan(
            plan, desired: desired, configuration: configuration, seal: seal, created: Int(time.unixTime()))
        try configuration.saved?.check(against: sealed)
        return sealed
    }

    /// Remembers that the saved plan was carried out, where it was, and wholly.
    func recordSavedPlan(_ results: [String: ConnectionResult]) throws(StepFailure) {
        guard let saved = configuration.saved, results.values.allSatisfy({ $0.failure == nil }) else { return }
        try AppliedPlans(stateDirectory: configuration.stateDirectory).record(saved, at: Int(time.unixTime()))
    }
}
