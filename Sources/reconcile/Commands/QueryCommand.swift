import APIClient
import JSON
import Model
import Platform
import Reconciler

/// `reconcile query CONNECTION KEY…`: rows as the service has them, one JSON document a line.
struct QueryCommand {
    let invocation: Invocation
    let console: Console

    func run() async -> ExitStatus {
        await ReadingCommand(invocation: invocation, console: console).run(
            interrupted: "the rows above are whole; run it again for the others"
        ) { account throws(StepFailure) in try await query(account.client) }
    }

    private func query(_ client: APIClient) async throws(StepFailure) -> ExitStatus {
        let name = invocation.operands[0]
        let keys = invocation.operands.dropFirst()
        let placeholders = try placeholders()
        if invocation.options.isGiven("--batch") {
            guard placeholders.isEmpty, Array(keys) == ["-"] else {
                throw StepFailure(
                    .invalid, "--batch reads from stdin alone",
                    help: "reconcile query CONNECTION --batch - < queries.ndjson")
            }
            return try await BatchQuery(
                uuid: try await ConnectionFinder(client: client).find(name).uuid, client: client, console: console
            ).run()
        }
        guard placeholders.isEmpty != keys.isEmpty else {
            throw StepFailure(
                .invalid, keys.isEmpty ? "which rows?" : "keys and placeholders exclude each other",
                help: "give primary keys for an upload-based connection, --placeholder NAME=VALUE for an API-based one")
        }
        let uuid = try await ConnectionFinder(client: client).find(name).uuid
        if !placeholders.isEmpty {
            do throws(APIError) {
                console.out(try await client.query(uuid, placeholders: placeholders).compactText, as: .json)
                return .done
            } catch {
                throw StepFailure(error)
            }
        }
        var missing = 0
        for key in keys {
            if key == "-" {
                while let line = await BlockingWork.run({ readLine() }) {
                    if !line.isEmpty { missing += try await print(Self.key(line), uuid, client) }
                }
            } else {
                missing += try await print(key, uuid, client)
            }
        }
        return missing == 0 ? .done : .failed
    }

    /// A line is a key as it stands; one in double quotes is JSON, so that a key can hold a line break.
    private static func key(_ line: String) -> String {
        guard line.hasPrefix("\""), let text = (try? JSONValue.parse(Array(line.utf8)))?.stringValue else {
            return line
        }
        return text
    }

    /// 1 where there is no such row.
    private func print(_ key: String, _ uuid: String, _ client: APIClient) async throws(StepFailure) -> Int {
        do throws(APIError) {
            console.out(try await client.query(uuid, primaryKey: .string(key)).compactText, as: .json)
            return 0
        } catch {
            guard error.kind == .notFound else { throw StepFailure(error) }
            console.err("error: there is no row \(JSONValue.string(key).compactText)")
            return 1
        }
    }

    private func placeholders() throws(StepFailure) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for member in try invocation.options.assignments("--placeholder") { values[member.key] = member.value }
        return values
    }
}

extension ParsedOptions {
    /// The values of a repeatable option of the form NAME=VALUE, in their order. Errors: `StepFailure` for another form.
    func assignments(_ option: String) throws(StepFailure) -> [JSONMember] {
        var members: [JSONMember] = []
        for text in all(option) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw StepFailure(.invalid, "\(option) takes NAME=VALUE, not \"\(text)\"")
            }
            members.append(JSONMember(String(parts[0]), .string(String(parts[1]))))
        }
        return members
    }
}
