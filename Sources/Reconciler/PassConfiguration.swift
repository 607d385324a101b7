import DataFiles
import ManifestLoader
import Model
import Planner
import Platform

/// What a pass works on and within which bounds.
package struct PassConfiguration: Sendable {
    /// DIR as the user gave it.
    package var directory: String
    /// Manifests that stand in the place of the directory's: those of stdin.
    package var manifestText: [UInt8]?
    /// `--data-root`: further places that data files may stand in.
    package var dataRoots: [String] = []
    package var secrets: any SecretSource
    /// Values of `${var:…}` that weigh more than those of the Policy.
    package var variables = ManifestVariables()
    /// What state is bound to: the API's URL, or the emulator's own name.
    package var apiIdentity: String
    /// What stands for the brand, for state and for digests in the account; nil where there are no keys.
    package var brand: SipHash128.Key?
    /// `--allow-new-brand-key`: the brand's key was renewed.
    package var acceptsNewBrandKey = false
    package var stateDirectory: String
    /// Where surveys spill to, in files that are unlinked at once.
    package var temporaryDirectory: String
    package var planning = PlanningOptions()
    /// Whether a name in `planning` that nothing has is an error; false where it may come to be later.
    package var namesMustExist = true
    /// With what digests of a saved plan are made; set where one is to be written or carried out.
    package var seal: PlanSeal?
    /// The plan to carry out, exactly or not at all.
    package var saved: SavedPlan?
    /// The last valid manifests that were seen: kept up while those that are there are invalid, so that rows do not expire
    /// for somebody's slip. Nothing is created or deleted for them.
    package var lastValid: DesiredState?
    /// Restricts the pass to some of the manifests; all of them are validated in any case.
    package var filter: RunFilter?
    package var limits = RequestLimits()
    /// Connections that are worked on side by side.
    package var connectionsAtOnce = 8
    package var uploads = UploadLimits()
    /// Seconds for which a pass waits while Git holds its `index.lock`.
    package var gitLockPatience = 30.0
    /// Asked for each connection that something is to be done for: why it is left alone in this pass, nil to go on.
    package var holdBack: @Sendable (PlannedConnection) -> String? = { _ in nil }
    /// Whether the Policy's windows say when something may be done: those of the daemon, not those of people.
    package var keepsToWindows = false
    /// What is to be told of rows beside counts.
    package var inspection = RowInspection()
    /// Asked once the plan stands and was shown, before anything is done: false ends the pass.
    package var confirm: @Sendable (Plan) async -> Bool = { _ in true }
    /// Checks that did not hold in passes before.
    package var openChecks = OpenChecks()
    /// What state, ledgers and other files of the state directory are written by.
    package var calls = SystemCalls.system
    /// Once true, nothing new is begun: the pass ends as soon as what is under way has ended.
    package var isStopping: @Sendable () -> Bool = { false }

    package init(
        directory: String, secrets: any SecretSource, apiIdentity: String, stateDirectory: String,
        temporaryDirectory: String
    ) {
        self.directory = directory
        self.secrets = secrets
        self.apiIdentity = apiIdentity
        self.stateDirectory = stateDirectory
        self.temporaryDirectory = temporaryDirectory
    }
}
