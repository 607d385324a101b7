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
        let interruption = Interruption(console, "the rows above are whole; run it again for the others")
        defer { withExtendedLifetime(interruption) {} }
        do throws(StepFailure) {
            let settings = Settings(invocation: invocation)
            let account = try await Account.open(settings, time: SystemTime(), persists: false)
            let status: ExitStatus
            do throws(StepFailure) {
                status = try await query(account.client)
            } catch {
                await account.close()
                throw error
            }
            await account.close()
            return status
        } catch {
            console.err("error: \(error.message)")
            if let help = error.help { console.err("    help: \(help)") }
            return error.status
        }
    }

    private func query(_ client: APIClient) async throws(StepFailure) -> ExitStatus {
        let name = invocation.operands[0]
        let keys = invocation.operands.dropFirst()
        let placeholders = try placeholders()
        guard placeholders.isEmpty != keys.isEmpty else {
            throw StepFailure(
                .invalid, keys.isEmpty ? "which rows?" : "keys and placeholders exclude each other",
                help: "give primary keys for an upload-based connection, --placeholder NAME=VALUE for an API-based one")
        }
        let uuid = try await find(name, client)
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
                while let line = readLine() {
                    if !line.isEmpty { missing += try await print(line, uuid, client) }
                }
            } else {
                missing += try await print(key, uuid, client)
            }
        }
        return missing == 0 ? .done : .failed
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
        for text in invocation.options.all("--placeholder") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw StepFailure(.invalid, "--placeholder takes NAME=VALUE, not \"\(text)\"")
            }
            values[String(parts[0])] = .string(String(parts[1]))
        }
        return values
    }

    /// By uuid, by the key in the ownership marker, or by name where only one connection is called so.
    private func find(_ name: String, _ client: APIClient) async throws(StepFailure) -> String {
        let connections: [ActualConnection]
        do throws(APIError) { connections = try await client.listConnections() } catch { throw StepFailure(error) }
        if let found = connections.first(where: { $0.uuid == name.lowercased() }) { return found.uuid }
        let marked = connections.filter { connection in
            if case .whole(let marker) = connection.marker {
                return marker.key == name
            }
            return false
        }
        let named = marked.isEmpty ? connections.filter { $0.name == name } : marked
        guard let found = named.first else {
            throw StepFailure(
                .failed, "there is no connection \"\(name)\"",
                help: "give a manifest's metadata.name, a uuid, or a name in the account")
        }
        guard named.count == 1 else {
            let uuids = named.map(\.uuid).sorted().joined(separator: ", ")
            throw StepFailure(
                .failed, "\(named.count) connections are called \"\(name)\": \(uuids)", help: "give the uuid")
        }
        return found.uuid
    }
}
