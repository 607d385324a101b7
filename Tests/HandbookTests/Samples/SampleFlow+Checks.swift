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
            let place = TemporaryDirectory()
            let account = try await Account.start(
                ["--dialect", "wrapped-list-items,no-delete-data"], in: place.url)
            defer { account.process.terminate() }
            let doctor = try await Program.run(
                ["doctor", "--write", "--api-url", account.url],
                environment: ["HOME": place.path, "OPTIX_API_KEY": "k", "OPTIX_BRAND_KEY": "b"], directory: place.url)
            return ["doctor": doctor.out]
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
            func run(_ line: String) async throws -> String {
                let run = try await Program.run(
                    line.split(separator: " ").map(String.init) + ["--api-url", account.url],
                    environment: shell.environment.merging(["OPTIX_API_KEY": "k", "OPTIX_BRAND_KEY": "b"]) { $1 },
                    directory: shell.place.url)
                #expect(run.status == 0, "\(line): \(run.all)")
                return run.out
            }
            _ = try await run("before --state-dir before/state")
            _ = try await run("export")
            let exported = try String(
                contentsOf: shell.place.url.appending(path: "Manifests/cafe-grosse.yaml"), encoding: .utf8)
            let plan = try await run("plan")
            return ["exported": exported, "adoption": plan]
        }
    ]
}
