import Foundation
import TestSupport
import Testing

/// Checks, queries and the doctor, over the manifest that the page shows.
extension SampleFlow {
    static let checks = [
        SampleFlow(page: "Checks", samples: ["failing-pass", "check", "queries", "schema", "emarsys"]) {
            let shell = Shell()
            let manifest = try Handbook.page("Checks").manifests
            shell.write("Manifests/profiles.yaml", manifest[0])
            let rows = "user_id,email,lifetime_value,vip\nu1,a@example.com,10.5,true\nu2,june@example.com,3,false\n"
            shell.write("Manifests/data/customer-profiles.csv", rows)
            let pass = try await shell.run("--emulator", status: 1)
            let check = try await shell.run("check --emulator", status: 1)
            let queries = try await shell.run(
                "query profiles --batch - --emulator", status: 1, input: "\"u1\"\n\"nobody\"\n")
            let schema = try await shell.run("schema profiles --emulator")
            let words = "--parameter user_id=u1 --parameter user_id=u9 --field email --emulator"
            let emarsys = try await shell.run("emarsys profiles \(words)", status: 1)
            return [
                "failing-pass": pass.err, "check": check.out, "queries": queries.out, "schema": schema.out,
                "emarsys": emarsys.all,
            ]
        },
        SampleFlow(page: "Checks", samples: ["doctor"]) {
            let shell = Shell()
            let account = try await Account.start(
                ["--dialect", "wrapped-list-items,no-delete-data"], in: shell.place.url)
            defer { account.process.terminate() }
            return ["doctor": try await shell.run("doctor --write", at: account.url, status: 1).out]
        },
    ]

    static let exports = [
        SampleFlow(page: "Export", samples: ["exported", "adoption"]) {
            let shell = Shell()
            let text = try #require(Sample.all(in: try Handbook.page("Export")).first { $0.name == "exported" }).text
            let spec = text.replacing(/\ \ data_connection_uuid: .*\n/, with: "").replacing(
                "${credential:cafe-grosse-authorization}", with: "abcdefghijklmnop")
            let policy = "apiVersion: reconcile/v1\nkind: Policy\nspec: {ownership: state}\n---\n"
            shell.write("before/cafe.yaml", policy + spec)
            shell.write("credentials/cafe-grosse-authorization", "abcdefghijklmnop")
            let account = try await Account.start(in: shell.place.url)
            defer { account.process.terminate() }
            _ = try await shell.run("before --state-dir before/state", at: account.url)
            _ = try await shell.run("export", at: account.url)
            let exported = try String(
                contentsOf: shell.place.url.appending(path: "Manifests/cafe-grosse.yaml"), encoding: .utf8)
            return ["exported": exported, "adoption": try await shell.run("plan", at: account.url).out]
        }
    ]
}
