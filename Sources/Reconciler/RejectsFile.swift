import Foundation
import JSON

/// Where the rows that the last upload left out are listed: `rejects/KEY.ndjson` in the state directory, one a line.
struct RejectsFile {
    let path: String
    private let directory: String

    init(stateDirectory: String, key: String) {
        directory = stateDirectory + "/rejects"
        path = "\(directory)/\(key).ndjson"
    }

    /// Replaces the list. Errors: the disk's.
    func write(_ rows: [RejectedRow]) throws(StepFailure) {
        let lines = rows.map { row -> String in
            let document: JSONValue = [
                "path": .string(row.place.path), "line": .number("\(row.place.line)"),
                "primary_key": .string(row.primaryKey), "reason": .string(row.reason),
            ]
            return document.compactText + "\n"
        }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            // Made with its mode, so that nobody else can read it for an instant.
            let aside = path + ".new"
            unlink(aside)
            guard
                FileManager.default.createFile(
                    atPath: aside, contents: Data(lines.joined().utf8), attributes: [.posixPermissions: 0o600]),
                rename(aside, path) == 0
            else { throw CocoaError(.fileWriteUnknown) }
        } catch {
            throw StepFailure(.failed, "cannot write \(path): \(error.localizedDescription)")
        }
    }

    func remove() { unlink(path) }
}
