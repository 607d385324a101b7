import DataFiles
import Dispatch
import Model
import Planner

/// Surveys the data files of all connections: each is read whole and validated before anything is written for it.
package struct DataSurveys: Sendable {
    /// What an upload needs: the files, and how they were when they were surveyed.
    package struct SurveyedSet: Sendable {
        package var set: DataSet
        package var survey: DataSurvey
    }

    package struct Result: Sendable {
        package var verdicts: [String: PlanningInput.DataVerdict] = [:]
        package var sets: [String: SurveyedSet] = [:]
    }

    private let limits: RequestLimits
    private let temporaryDirectory: String
    private var isStopping: @Sendable () -> Bool = { false }

    package init(limits: RequestLimits = RequestLimits(), temporaryDirectory: String) {
        self.limits = limits
        self.temporaryDirectory = temporaryDirectory
    }

    init(configuration: PassConfiguration) {
        self.init(limits: configuration.limits, temporaryDirectory: configuration.temporaryDirectory)
        isStopping = configuration.isStopping
    }

    /// Every connection with data, by key; suspended ones are left out.
    package func survey(_ desired: DesiredState) async -> Result {
        let wanted = desired.connections.filter { $0.data != nil && !$0.isSuspended }
        return await withTaskGroup(of: (String, DataSet?, PlanningInput.DataVerdict, DataSurvey?).self) { group in
            var result = Result()
            func take(_ finished: (String, DataSet?, PlanningInput.DataVerdict, DataSurvey?)) {
                result.verdicts[finished.0] = finished.2
                if let set = finished.1, let survey = finished.3 {
                    result.sets[finished.0] = SurveyedSet(set: set, survey: survey)
                }
            }
            for (index, connection) in wanted.enumerated() {
                // One set a core: a survey is all work and no waiting.
                if index >= 2, let finished = await group.next() { take(finished) }
                group.addTask { await survey(connection) }
            }
            for await finished in group { take(finished) }
            return result
        }
    }

    private func survey(
        _ connection: DesiredConnection
    ) async -> (String, DataSet?, PlanningInput.DataVerdict, DataSurvey?) {
        guard let data = connection.data else { return (connection.key, nil, .bad([]), nil) }
        var problems = data.problems
        if data.removedRows == .delete {
            problems.append(
                Diagnostic(
                    .error, "removed_rows: delete is not supported by this version", at: connection.places.source,
                    help: "use removed_rows: keep; rows that left the files then stay in the connection"))
        }
        if !problems.isEmpty { return (connection.key, nil, .bad(problems), nil) }
        let set = DataSet(
            files: data.files, primaryKey: connection.primaryKey, columns: data.columns,
            ttlSeconds: data.ttlSeconds)
        let result = await offThePool {
            DataSurveyor.survey(
                set, limits: limits, temporaryDirectory: temporaryDirectory, isCancelled: isStopping)
        }
        switch result {
        case .success(let survey):
            let summary = DataSummary(
                version: DataSurvey.digestVersion, digest: survey.digest.description, rows: survey.rowCount,
                requests: survey.requestCount, bytes: survey.byteCount)
            return (connection.key, set, .surveyed(summary), survey)
        case .failure(let problems): return (connection.key, nil, .bad(problems.diagnostics), nil)
        }
    }

    /// Runs blocking work on a thread of Dispatch, so that it does not hold one of the few that carry tasks.
    private func offThePool<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: work()) }
        }
    }
}
