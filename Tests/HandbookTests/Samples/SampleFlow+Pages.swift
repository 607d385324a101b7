import Foundation
import TestSupport
import Testing

/// Pages whose samples come from manifests that stand in the page, or of its own making.
extension SampleFlow {
    static let dataFiles = [
        SampleFlow(page: "DataFiles", samples: ["profile", "violation"]) {
            let shell = Shell()
            let rows = "id,email,age\nu1,ada@example.com,36\nu2,grace@example.com,\nu3,june@example.com,151\n"
            shell.write("Manifests/shop.yaml", DataFilesPageTests.manifest)
            shell.write("Manifests/customers.csv", rows)
            let profile = try await shell.run("profile")
            let expectations =
                "    expect:\n      rows: {max: 2000000, max_change_percent: 20}\n      columns:\n"
                + "        email: {required: true, unique: true, pattern: \"@\"}\n        age: {min: 0, max: 130}\n"
            shell.write("Manifests/shop.yaml", DataFilesPageTests.manifest + expectations)
            shell.write("Manifests/customers.csv", rows.replacing("grace@example.com,", with: "grace@example.com,200"))
            let violation = try await shell.run("validate", status: 3)
            return ["profile": profile.out, "violation": violation.err]
        }
    ]

    static let environments = [
        SampleFlow(page: "Environments", samples: ["staging", "absent-field"]) {
            let place = try EnvironmentsPageTests.repository()
            func run(_ line: String) async throws -> Program.Run {
                try await EnvironmentsPageTests.run(place, line.split(separator: " ").map(String.init))
            }
            let plan = try await run("plan shop/staging --emulator --data-root data")
            let patch = try String(contentsOf: place.url.appending(path: "shop/staging/stock.yaml"), encoding: .utf8)
            place.write("shop/staging/stock.yaml", Array(patch.replacing("retries", with: "retrys").utf8))
            let validate = try await run("validate shop/staging --data-root data")
            return ["staging": plan.out, "absent-field": validate.err]
        }
    ]

    static let brands = [
        SampleFlow(page: "Brands", samples: ["nothing-changed", "with-ledger", "without-ledger"]) {
            let shell = Shell()
            shell.write("shop/policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: shop}\n")
            shell.write(
                "shop/customers.yaml",
                """
                apiVersion: reconcile/v1
                kind: DataConnection
                metadata: {name: customers}
                spec: {name: Customers, primary_key: id, data: {files: [customers.csv]}}

                """)
            let rows = "id,name\n" + (1...4000).map { "u\($0),Name \($0)\n" }.joined()
            shell.write("shop/customers.csv", rows)
            let account = try await Account.start(in: shell.place.url)
            defer { account.process.terminate() }
            func run(_ word: String, state: String) async throws -> String {
                let run = try await shell.run("\(word) shop --state-dir \(state)", at: account.url)
                return run.out
            }
            _ = try await run("apply", state: "one")
            let unchanged = try await run("plan", state: "other")
            shell.write("shop/customers.csv", rows.replacing("u7,Name 7\n", with: "u7,Ada\n"))
            let known = try await run("plan", state: "one")
            let unknown = try await run("plan", state: "other")
            return ["nothing-changed": unchanged, "with-ledger": known, "without-ledger": unknown]
        }
    ]
}
