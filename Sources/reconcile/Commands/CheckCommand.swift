import APIClient
import JSON
import ManifestLoader
import Model
import Platform
import Reconciler

/// `reconcile check [DIR]`: runs the checks that the manifests declare, by GET and queries alone.
struct CheckCommand {
    let invocation: Invocation
    let console: Console

    private struct Verdict {
        var key: String
        var checks: Int
        var failures: [CheckFailure] = []
        var problem: StepFailure?
    }

    func run() async throws(UsageError) -> ExitStatus {
        let output = try OutputFormat(invocation.options["--output"] ?? "text", of: [.text, .json])
        let loaded = try ValidateCommand.loadManifests(invocation)
        console.show(loaded.diagnostics)
        guard let desired = loaded.desired else { return .invalid }
        let names = invocation.options.all("--name")
        for name in names where !desired.connections.contains(where: { $0.key == name }) {
            let near = NearestName.find(name, in: desired.connections.map(\.key))
            throw UsageError(
                "no manifest is called \"\(name)\"", help: near.map { "did you mean \($0)?" } ?? "see its metadata.name"
            )
        }
        let checked = desired.connections.filter {
            !$0.checks.isEmpty && !$0.isSuspended && (names.isEmpty || names.contains($0.key))
        }
        return await ReadingCommand(invocation: invocation, console: console).run(
            interrupted: "a check writes nothing; run it again"
        ) { account throws(StepFailure) in
            let listed: [ActualConnection]
            do throws(APIError) { listed = try await account.client.listConnections() } catch {
                throw StepFailure(error)
            }
            let runner = CheckRunner(reader: account.client, querier: account.client, time: SystemTime())
            var verdicts: [Verdict] = []
            for connection in checked {
                var verdict = Verdict(key: connection.key, checks: connection.checks.count)
                do throws(StepFailure) {
                    let uuid = try Self.uuid(of: connection, owner: desired.policy.owner, in: listed)
                    verdict.failures = try await runner.failures(of: connection, uuid: uuid)
                } catch {
                    if error.stopsEverything || error.isInterruption { throw error }
                    verdict.problem = error
                }
                verdicts.append(verdict)
                if output == .text { print(verdict) }
            }
            if output == .json { console.out(Self.document(verdicts).prettyText, as: .json) }
            if output == .text {
                let failed = verdicts.filter { !$0.failures.isEmpty || $0.problem != nil }.count
                let count = verdicts.reduce(0) { $0 + $1.checks }
                let end =
                    failed == 0
                    ? "all hold." : "\(failed.counted("connection")) \(failed == 1 ? "fails" : "fail")."
                console.out(
                    count == 0
                        ? "No manifest declares checks."
                        : "\(count.counted("check")) of \(verdicts.count.counted("connection")): \(end)")
            }
            return ExitStatus.worst(
                of: verdicts.map { $0.problem?.status ?? ($0.failures.isEmpty ? .done : .failed) })
        }
    }

    private func print(_ verdict: Verdict) {
        if let problem = verdict.problem {
            console.out("\(verdict.key): error: \(problem.message)")
            if let help = problem.help { console.out("    help: \(help)") }
        } else if verdict.failures.isEmpty {
            console.out("\(verdict.key): \(verdict.checks) of \(verdict.checks) checks hold")
        } else {
            let held = verdict.checks - verdict.failures.count
            console.out("\(verdict.key): \(held) of \(verdict.checks) checks hold")
            for failure in verdict.failures { console.out("    \(failure.text)") }
        }
    }

    private static func document(_ verdicts: [Verdict]) -> JSONValue {
        [
            "connections": .array(
                verdicts.map { verdict in
                    [
                        "name": .string(verdict.key), "checks": .number("\(verdict.checks)"),
                        "holds": .bool(verdict.failures.isEmpty && verdict.problem == nil),
                        "error": verdict.problem.map { .string($0.message) } ?? .null,
                        "failures": .array(
                            verdict.failures.map { failure in
                                [
                                    "check": .string(failure.check.kind), "path": .string(failure.check.location.path),
                                    "line": .number("\(failure.check.location.line)"),
                                    "wanted": .string(failure.wanted), "came": .string(failure.came),
                                ]
                            }),
                    ]
                })
        ]
    }

    /// As a pass finds it, state aside: pinned, by its marker, or the only one of its name and primary key.
    private static func uuid(
        of connection: DesiredConnection, owner: String, in listed: [ActualConnection]
    ) throws(StepFailure) -> String {
        if let pinned = connection.pinnedUUID { return pinned }
        if let marked = listed.first(where: {
            $0.wholeMarker?.owner == owner && $0.wholeMarker?.key == connection.key
        }) {
            return marked.uuid
        }
        let named = listed.filter { $0.name == connection.name && $0.primaryKey == connection.primaryKey }
        guard named.count == 1 else {
            throw StepFailure(
                .failed, "it is not in the account", help: "run reconcile first: a check looks at what a pass made")
        }
        return named[0].uuid
    }
}
