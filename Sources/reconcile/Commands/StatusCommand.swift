import Daemon
import Foundation
import JSON
import Reconciler

/// `reconcile status`: asks a running daemon how it is.
struct StatusCommand {
    let invocation: Invocation
    let console: Console

    func run() throws(UsageError) -> ExitStatus {
        let output = try OutputFormat(invocation.options["--output"] ?? "text", of: [.text, .json])
        let address: ListenAddress
        do throws(ListenAddress.Problem) {
            address = try ListenAddress(invocation.options["--from"] ?? "127.0.0.1:9464", anywhere: true)
        } catch {
            throw UsageError(error.message, help: error.help)
        }
        return print(from: address, as: output)
    }

    private func print(from address: ListenAddress, as output: OutputFormat) -> ExitStatus {
        let document: JSONValue
        do {
            document = try JSONValue.parse(Data(try StatusClient.get("/status", from: address)))
        } catch {
            console.err("error: no daemon answers at \(address): \(error)")
            console.err("    help: start it with --listen \(address), or give --from ADDRESS")
            return .unreachable
        }
        switch output {
        case .json: console.out(document.prettyText, as: .json)
        default: console.out(StatusTable.text(of: document))
        }
        return document["converged"]?.boolValue == true ? .done : .failed
    }
}
