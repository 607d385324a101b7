import APIClient
import JSON
import Model
import Reconciler

/// `reconcile emarsys CONNECTION`: asks as Emarsys would, and says what Emarsys would make of the answer.
struct EmarsysCommand {
    let invocation: Invocation
    let console: Console

    func run() async throws(UsageError) -> ExitStatus {
        let limit = try invocation.options.integer("--limit", in: 1...10_000) ?? 1
        let fields = invocation.options.all("--field")
        if fields.isEmpty {
            throw UsageError("which fields?", help: "give --field NAME for each that Emarsys would ask for")
        }
        for field in fields where !EmarsysRules.isFieldName(field) {
            throw UsageError(
                "Emarsys cannot ask for \"\(field)\"",
                help: "its fields begin with a letter; letters, digits and _ follow")
        }
        return await ReadingCommand(invocation: invocation, console: console).run(
            interrupted: "nothing was changed"
        ) { account throws(StepFailure) in
            let contacts = try contacts()
            let connection = try await ConnectionFinder(client: account.client).find(invocation.operands[0])
            let lookup = EmarsysLookup(contacts: contacts, fields: fields, limit: limit)
            let answer: EmarsysAnswer
            do throws(APIError) {
                answer = try await account.client.emarsys(connection.uuid, lookup)
            } catch {
                throw StepFailure(error)
            }
            for item in answer.content { console.out(item.compactText, as: .json) }
            let findings = EmarsysRules.findings(
                content: answer.content, bytes: answer.bytes, contacts: contacts, fields: fields, limit: limit)
            for finding in findings { console.err("\(finding.losesContent ? "error" : "note"): \(finding.text)") }
            return findings.contains(where: \.losesContent) ? .failed : .done
        }
    }

    /// A name that comes again begins another contact.
    private func contacts() throws(StepFailure) -> [[JSONMember]] {
        var contacts: [[JSONMember]] = [[]]
        for member in try invocation.options.assignments("--parameter") {
            if contacts[contacts.count - 1].contains(where: { $0.key == member.key }) { contacts.append([]) }
            contacts[contacts.count - 1].append(member)
        }
        if contacts[0].isEmpty {
            throw StepFailure(
                .invalid, "which contact?", help: "give --parameter NAME=VALUE, such as --parameter user_id=u1")
        }
        return contacts
    }
}
