import DataFiles
import Model
import Planner

/// One connection's data, and what is known of the rows at the service.
package struct SurveyRequest: Sendable, Hashable {
    var connection: DesiredConnection
    /// Nil where there is no connection yet.
    var uuid: String?
    /// What the marker says, or state where there are no markers.
    var known: DataStamp?
    var applied: AppliedConnection?

    /// A connection of which nothing is known.
    package init(_ connection: DesiredConnection) { self.connection = connection }

    /// As it was located; nil where there is nothing to survey.
    init?(_ located: LocatedConnection) {
        guard let desired = located.desired, desired.data != nil else { return nil }
        switch located.verdict {
        // What is refused anyway need not be read: a new primary key may not even be a column.
        case .leftAlone, .refused: return nil
        case .absent, .gone, .ours: break
        }
        connection = desired
        uuid = located.uuid
        known = located.stamp
        applied = located.applied
    }
}

/// What an upload needs: the files, how they were when they were surveyed, and which rows to send.
package struct SurveyedSet: Sendable {
    package var set: DataSet
    package var survey: DataSurvey
    /// Nil where the last survey still holds, so that nothing was read.
    package var rows: LedgerSurvey?
    /// True where the ledger counts.
    package var hasLedger: Bool
    /// What to remember of this survey; nil where the files are too young to tell.
    package var record: SurveyRecord?
}
