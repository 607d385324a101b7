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
        // Without a word it is the units of this machine, or else where the handbook lets the daemon listen.
        let found = UnitSockets.find(invocation.environment).map { "unix:\($0)" }
        let texts = invocation.options["--from"].map { [$0] } ?? (found.isEmpty ? ["127.0.0.1:9464"] : found)
        var addresses: [ListenAddress] = []
        for text in texts {
            do throws(ListenAddress.Problem) {
                addresses.append(try ListenAddress(text, anywhere: true))
            } catch {
                throw UsageError(error.message, help: error.help)
            }
        }
        let answers = addresses.map { Answer($0) }
        for answer in answers { tell(answer) }
        show(answers, as: output)
        return ExitStatus.worst(of: answers.map(\.status))
    }

    /// What one daemon says, or why it says nothing.
    private struct Answer {
        var address: ListenAddress
        var document: JSONValue?
        var problem = ""

        init(_ address: ListenAddress) {
            self.address = address
            do {
                document = try JSONValue.parse(Data(try StatusClient.get("/status", from: address)))
            } catch {
                problem = "\(error)"
            }
        }

        var status: ExitStatus {
            guard let document else { return .unreachable }
            return document["converged"]?.boolValue == true ? .done : .failed
        }
    }

    private func tell(_ answer: Answer) {
        guard answer.document == nil else { return }
        console.err("error: no daemon answers at \(answer.address): \(answer.problem)")
        console.err("    help: start it with --listen \(answer.address), or give --from ADDRESS")
    }

    private func show(_ answers: [Answer], as output: OutputFormat) {
        let isOne = answers.count == 1
        switch output {
        case .json where isOne:
            if let document = answers[0].document { console.out(document.prettyText, as: .json) }
        case .json:
            let document: JSONValue = [
                "format_version": 1,
                "daemons": .array(
                    answers.map { ["address": .string("\($0.address)"), "status": $0.document ?? .null] }),
            ]
            console.out(document.prettyText, as: .json)
        default:
            let texts = answers.compactMap { answer in
                answer.document.map { (isOne ? "" : "\(answer.address)\n") + StatusTable.text(of: $0) }
            }
            if !texts.isEmpty { console.out(texts.joined(separator: "\n\n")) }
        }
    }
}
