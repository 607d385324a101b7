import APIClient
import DataFiles
import JSON
import Model
import Platform

/// Reads changed rows back from the service and holds them beside those of the files.
struct RowComparison: Sendable {
    let querier: any RowQuerying
    let limits: RequestLimits
    let sensitive: [String]

    /// The first rows that changed, with the fields in which they differ. Errors: what keeps the service from being asked.
    func differences(
        _ limit: Int, of set: DataSet, _ survey: LedgerSurvey, _ uuid: String
    ) async throws(StepFailure) -> [RowDifference] {
        let limits = limits
        let read: Result<[(row: RowChange, text: [UInt8])], DataProblems> = await BlockingWork.run {
            Result { () throws(DataProblems) in try survey.firstChanged(limit, of: set, limits: limits) }
        }
        let rows: [(row: RowChange, value: JSONValue)]
        do throws(DataProblems) {
            rows = try read.get().compactMap { found in (try? JSONValue.parse(found.text)).map { (found.row, $0) } }
        } catch {
            throw StepFailure(.failed, "rows cannot be compared: \(error.diagnostics.first?.message ?? "")")
        }
        let old = try await records(rows.compactMap { $0.value[set.primaryKey] }, uuid)
        return zip(rows, old).map { row, record in difference(row.row, row.value, record, set.primaryKey) }
    }

    /// What the service has for each key; nil where it has nothing.
    private func records(_ keys: [JSONValue], _ uuid: String) async throws(StepFailure) -> [JSONValue?] {
        var records: [JSONValue?] = []
        for start in stride(from: 0, to: keys.count, by: RowQuery.mostAtOnce) {
            let part = Array(keys[start..<min(start + RowQuery.mostAtOnce, keys.count)])
            do throws(APIError) {
                let answers = try await querier.batchQuery(uuid, part.map { .primaryKey($0) })
                records += answers.map { if case .data(let record) = $0, !record.isNull { record } else { nil } }
            } catch  where [.notFound, .rejected, .refused].contains(error.kind) {
                // Not every service has it: one by one, then.
                for key in part { records.append(try await record(key, uuid)) }
            } catch {
                throw StepFailure(error)
            }
        }
        return records
    }

    private func record(_ key: JSONValue, _ uuid: String) async throws(StepFailure) -> JSONValue? {
        do throws(APIError) {
            return try await querier.query(uuid, primaryKey: key)
        } catch  where error.kind == .notFound {
            return nil
        } catch {
            throw StepFailure(error)
        }
    }

    private func difference(
        _ row: RowChange, _ new: JSONValue, _ old: JSONValue?, _ primaryKey: String
    ) -> RowDifference {
        func isSensitive(_ name: String) -> Bool { sensitive.contains { $0.isSameBytes(as: name) } }
        let key = isSensitive(primaryKey) ? "(sensitive)" : row.key
        let shown = RowPreview.Row(key: key, place: row.place)
        guard let old = old?.objectValue else { return RowDifference(row: shown, isMissing: true, fields: []) }
        var fields: [RowDifference.Field] = []
        func add(_ name: String, _ old: JSONValue?, _ new: JSONValue?) {
            let isSensitive = isSensitive(name)
            fields.append(
                RowDifference.Field(
                    name: name, old: isSensitive ? nil : old, new: isSensitive ? nil : new, isSensitive: isSensitive))
        }
        for member in new.objectValue ?? [] {
            let before = old.first { $0.key.isSameBytes(as: member.key) }?.value
            // No field, and null, are the same to whoever asks.
            let isSame = before?.isEquivalent(to: member.value) ?? member.value.isNull
            if !isSame { add(member.key, before, member.value) }
        }
        for member in old where new[member.key] == nil && !member.value.isNull { add(member.key, member.value, nil) }
        return RowDifference(row: shown, isMissing: false, fields: fields)
    }
}
