import APIClient
import DataFiles
import JSON
import Model
import Platform

/// Why a check does not hold: what was wanted, and what came.
package struct CheckFailure: Error, Sendable, Hashable {
    package var check: ConnectionCheck
    package var wanted: String
    package var came: String

    /// One sentence behind the place of the check.
    package var text: String { "\(check.location): the check \(check.kind) failed: wanted \(wanted), \(came)" }
}

/// Runs the checks of a connection, by GET and queries alone.
package struct CheckRunner: Sendable {
    private let reader: any ConnectionReading
    private let querier: any RowQuerying
    private let time: any TimeSource
    private let isStopping: @Sendable () -> Bool

    package init(
        reader: any ConnectionReading, querier: any RowQuerying, time: any TimeSource,
        isStopping: @escaping @Sendable () -> Bool = { false }
    ) {
        self.reader = reader
        self.querier = querier
        self.time = time
        self.isStopping = isStopping
    }

    /// Those that do not hold. Errors: what stands in the way of asking at all.
    package func failures(
        of connection: DesiredConnection, uuid: String
    ) async throws(StepFailure) -> [CheckFailure] {
        var failures: [CheckFailure] = []
        for check in connection.checks {
            if let failure = try await failure(of: check, connection, uuid) { failures.append(failure) }
        }
        return failures
    }

    /// Data may be visible a little later than it was taken: asked again, with pauses that grow, for as long as allowed.
    private func failure(
        of check: ConnectionCheck, _ connection: DesiredConnection, _ uuid: String
    ) async throws(StepFailure) -> CheckFailure? {
        let began = time.uptime()
        var pause = 0.25
        while true {
            if isStopping() { throw .interrupted }
            guard let failure = try await look(check, connection, uuid) else { return nil }
            let left = check.within - (time.uptime() - began)
            if left <= 0 { return failure }
            do { try await time.sleep(seconds: min(pause, left)) } catch { throw .interrupted }
            pause = min(2 * pause, 5)
        }
    }

    private func look(
        _ check: ConnectionCheck, _ connection: DesiredConnection, _ uuid: String
    ) async throws(StepFailure) -> CheckFailure? {
        switch check.subject {
        case .sample(let count, let seed): return try await sample(count, seed, check, connection, uuid)
        case .query(let selector, let expect):
            guard let record = try await record(selector, uuid) else {
                return CheckFailure(check: check, wanted: "a record", came: "and there is none")
            }
            return difference(expect, record, check)
        case .schema(let wanted):
            let answered = try await asking { () async throws(APIError) in try await reader.schema(of: uuid) }
            let fields = SchemaField.fields(in: answered) ?? []
            for member in wanted {
                let type = member.value.stringValue ?? ""
                guard let field = fields.first(where: { $0.name == member.key }) else {
                    return CheckFailure(
                        check: check, wanted: "\(member.key) of type \(type)", came: "and the schema has no such field")
                }
                // An integer is a number.
                if field.type != type, !(type == "number" && field.type == "integer") {
                    return CheckFailure(
                        check: check, wanted: "\(member.key) of type \(type)", came: "and it is of type \(field.type)")
                }
            }
            return nil
        case .emarsys(let parameters, let fields, let limit, let expect):
            return try await emarsys(parameters, fields, limit, expect, check, uuid)
        }
    }

    private func sample(
        _ count: Int, _ seed: Int, _ check: ConnectionCheck, _ connection: DesiredConnection, _ uuid: String
    ) async throws(StepFailure) -> CheckFailure? {
        guard let set = DataSet(connection) else { return nil }
        let outcome: Result<[RowScan.Row], DataProblems> = await BlockingWork.run {
            Result { () throws(DataProblems) in try RowScan.sample(count, seed: UInt64(seed), of: set) }
        }
        let rows: [RowScan.Row]
        do throws(DataProblems) { rows = try outcome.get() } catch {
            throw StepFailure(
                .failed, "the data files cannot be read for a check: \(error.diagnostics.first?.message ?? "")")
        }
        for row in rows {
            guard let wanted = try? JSONValue.parse(row.text), let key = wanted[connection.primaryKey] else { continue }
            let place = "the row at \(row.place.path):\(row.place.line)"
            guard let record = try await record(.primaryKey(key), uuid) else {
                return CheckFailure(check: check, wanted: place, came: "and there is no record \(key.compactText)")
            }
            for member in wanted.objectValue ?? [] {
                if let value = record[member.key] {
                    if value.isEquivalent(to: member.value) { continue }
                } else if member.value.isNull {
                    continue
                }
                return CheckFailure(
                    check: check, wanted: "\(member.key) as in \(place)", came: "and the record has another value")
            }
            let known = Set((wanted.objectValue ?? []).map(\.key))
            if let extra = record.objectValue?.first(where: { !known.contains($0.key) }) {
                return CheckFailure(
                    check: check, wanted: place, came: "and the record has a field \(extra.key) that the row has not")
            }
        }
        return nil
    }

    private func emarsys(
        _ parameters: [JSONMember], _ fields: [String], _ limit: Int, _ expect: [JSONMember],
        _ check: ConnectionCheck, _ uuid: String
    ) async throws(StepFailure) -> CheckFailure? {
        let answer = try await asking { () async throws(APIError) in
            try await querier.emarsys(uuid, EmarsysLookup(contacts: [parameters], fields: fields, limit: limit))
        }
        let findings = EmarsysRules.findings(
            content: answer.content, bytes: answer.bytes, contacts: [parameters], fields: fields, limit: limit)
        if let lost = findings.first(where: \.losesContent) {
            return CheckFailure(check: check, wanted: "an item that Emarsys uses", came: "and \(lost.text)")
        }
        guard let item = answer.content.first(where: { EmarsysRules.echoes($0, parameters) }) else { return nil }
        return difference(expect, item, check)
    }

    private func record(
        _ selector: ConnectionCheck.Selector, _ uuid: String
    ) async throws(StepFailure) -> JSONValue? {
        do throws(APIError) {
            switch selector {
            case .primaryKey(let key): return try await querier.query(uuid, primaryKey: key)
            case .placeholders(let values):
                let pairs = values.map { ($0.key, $0.value) }
                return try await querier.query(uuid, placeholders: Dictionary(pairs, uniquingKeysWith: { $1 }))
            }
        } catch {
            if error.kind == .notFound { return nil }
            throw StepFailure(error)
        }
    }

    private func difference(_ expect: [JSONMember], _ record: JSONValue, _ check: ConnectionCheck) -> CheckFailure? {
        for member in expect {
            let wanted = "\(member.key): \(member.value.compactText)"
            guard let value = record[member.key] else {
                return CheckFailure(check: check, wanted: wanted, came: "and there is no \(member.key)")
            }
            if !value.isEquivalent(to: member.value) {
                return CheckFailure(check: check, wanted: wanted, came: "and it is \(value.compactText)")
            }
        }
        return nil
    }

    private func asking<Value>(_ work: () async throws(APIError) -> Value) async throws(StepFailure) -> Value {
        do { return try await work() } catch { throw StepFailure(error) }
    }
}
