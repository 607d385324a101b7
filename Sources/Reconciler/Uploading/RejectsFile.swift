import JSON
import Platform
import StateStore

/// Where the rows that the last upload left out are listed: `rejects/KEY.ndjson` in the state directory, one a line.
struct RejectsFile {
    let path: String
    private let calls: SystemCalls

    init(stateDirectory: String, key: String, calls: SystemCalls) {
        path = "\(stateDirectory)/rejects/\(key).ndjson"
        self.calls = calls
    }

    /// Replaces the list. Errors: the disk's.
    func write(_ rows: [RejectedRow]) throws(StepFailure) {
        let lines = rows.map { row -> String in
            let document: JSONValue = [
                "path": .string(row.place.path), "line": .number("\(row.place.line)"),
                "primary_key": .string(row.primaryKey), "reason": .string(row.reason),
            ]
            // As it was sent: numbers as they are written, fields in their order.
            return document.compactText.dropLast() + ",\"row\":\(row.record)}\n"
        }
        do throws(StateError) {
            try PrivateFile.write(Array(lines.joined().utf8), to: path, makingDirectory: true, calls: calls)
        } catch {
            throw StepFailure(error)
        }
    }

    func remove() { PrivateFile.remove(path, calls: calls) }
}
