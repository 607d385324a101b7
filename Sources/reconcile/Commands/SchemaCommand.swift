import APIClient
import JSON
import Reconciler

/// `reconcile schema CONNECTION`: the fields that the service saw in a connection's data.
struct SchemaCommand {
    let invocation: Invocation
    let console: Console

    func run() async throws(UsageError) -> ExitStatus {
        let output = try OutputFormat(invocation.options["--output"] ?? "text", of: [.text, .json])
        return await ReadingCommand(invocation: invocation, console: console).run(
            interrupted: "nothing was changed"
        ) { account throws(StepFailure) in
            let client = account.client
            let connection = try await ConnectionFinder(client: client).find(invocation.operands[0])
            let answered: JSONValue
            do throws(APIError) { answered = try await client.schema(of: connection.uuid) } catch {
                throw StepFailure(error)
            }
            guard let fields = SchemaField.fields(in: answered) else {
                throw StepFailure(
                    .failed, "the schema that the service answers is of no known form",
                    help: "see it as it is with --output json")
            }
            if output == .json {
                let items = fields.map {
                    JSONValue.object([JSONMember("name", .string($0.name)), JSONMember("type", .string($0.type))])
                }
                console.out(JSONValue.object([JSONMember("fields", .array(items))]).prettyText, as: .json)
            } else if fields.isEmpty {
                console.out("no fields: there is no data yet")
            } else {
                let width = (fields.map(\.name.count).max() ?? 0) + 2
                for field in fields {
                    console.out(field.name + String(repeating: " ", count: width - field.name.count) + field.type)
                }
            }
            return .done
        }
    }
}
