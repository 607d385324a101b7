import APIClient
import Model
import Platform
import Reconciler

/// Finds a connection of the account by what a user calls it.
struct ConnectionFinder {
    let client: APIClient

    /// By uuid, by the key in the ownership marker, or by name where only one connection is called so.
    func find(_ name: String) async throws(StepFailure) -> ActualConnection {
        let connections: [ActualConnection]
        do throws(APIError) { connections = try await client.listConnections() } catch { throw StepFailure(error) }
        if let found = connections.first(where: { $0.uuid == name.lowercased() }) { return found }
        let marked = connections.filter { $0.wholeMarker?.key == name }
        let named = marked.isEmpty ? connections.filter { $0.name == name } : marked
        guard let found = named.first else {
            let known = connections.compactMap { $0.wholeMarker?.key } + connections.map(\.name)
            let near = NearestName.find(name, in: known)
            throw StepFailure(
                .failed, "there is no connection \"\(name)\"",
                help: near.map { "did you mean \"\($0)\"?" }
                    ?? "give a manifest's metadata.name, a uuid, or a name in the account")
        }
        guard named.count == 1 else {
            let uuids = named.map(\.uuid).sorted().joined(separator: ", ")
            throw StepFailure(
                .failed, "\(named.count) connections are called \"\(name)\": \(uuids)", help: "give the uuid")
        }
        return found
    }
}

/// Opens the account, does something that only reads in it, and says what went wrong.
struct ReadingCommand {
    let invocation: Invocation
    let console: Console

    /// - Parameter interrupted: What Ctrl-C says.
    func run(
        interrupted: String, _ work: (Account) async throws(StepFailure) -> ExitStatus
    ) async -> ExitStatus {
        let interruption = Interruption(console, interrupted)
        defer { withExtendedLifetime(interruption) {} }
        do throws(StepFailure) {
            let account = try await Account.open(
                Settings(invocation: invocation), time: SystemTime(), persists: false)
            let status: ExitStatus
            do throws(StepFailure) {
                status = try await work(account)
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
}
