import Foundation
import Testing

/// The sample manifests of the repository, as a first user brings them in and changes them.
extension SampleFlow {
    static let readme = [
        SampleFlow(page: "README", samples: ["first-pass", "first-query"]) {
            let shell = try Shell.withManifests()
            let pass = try await shell.run("--emulator")
            let query = try await shell.run("query customer-profiles u00001 --emulator")
            return ["first-pass": pass.out, "first-query": query.out]
        }
    ]

    static let manifests = [
        SampleFlow(page: "Manifests", samples: ["unknown-field", "valid"]) {
            let shell = try Shell.withManifests()
            let valid = try await shell.run("validate")
            try shell.change("Manifests/customers.yaml", "description:", "descripton:")
            let invalid = try await shell.run("--emulator", status: 3)
            return ["valid": valid.out, "unknown-field": invalid.err]
        }
    ]

    static let rows = [
        SampleFlow(page: "Rows", samples: ["changed-rows", "compared-rows"]) {
            let shell = try Shell.withManifests()
            let data = "Manifests/data/customers.csv"
            _ = try await shell.run("--emulator")
            try shell.change(data, "u00007,Björn,Haddad,Toronto,", "u00007,Björn,Haddad,Berlin,")
            let rows = try String(contentsOf: shell.place.url.appending(path: data), encoding: .utf8)
            shell.write(data, rows + "u04001,June,Larsen,Oslo,5,true,books\n")
            let plan = try await shell.run("plan --emulator")
            try shell.change(data, "u00007,Björn,Haddad,", "u00007,Björn,Nowak,")
            try shell.change(
                "Manifests/customers.yaml", "    ttl_seconds", "    sensitive: [last_name]\n    ttl_seconds")
            let compared = try await shell.run("plan --emulator --compare-rows 5")
            return ["changed-rows": plan.out, "compared-rows": compared.out]
        },
        SampleFlow(page: "Rows", samples: ["spelled-keys"]) {
            let shell = Shell()
            shell.write("Manifests/stock.yaml", Account.rows("stock").replacing(".csv", with: ".ndjson"))
            func rows(_ key: String, _ value: Int) -> String {
                (1...6).map { "{\"id\": \($0)\(key), \"value\": \(value)}\n" }.joined()
            }
            shell.write("Manifests/stock.ndjson", rows("", 1))
            _ = try await shell.run("--emulator")
            shell.write("Manifests/stock.ndjson", rows(".0", 2))
            return ["spelled-keys": try await shell.run("plan --emulator").out]
        },
    ]

    static let plans = [
        SampleFlow(page: "PlansAndDeletes", samples: ["plan"]) {
            let shell = try Shell.withManifests()
            try shell.change("Manifests/policy.yaml", "owner: samples", "owner: samples\n  prune: true")
            _ = try await shell.run("--emulator")
            try shell.change(
                "Manifests/data/customers.csv", "u00007,Björn,Haddad,Toronto,", "u00007,Björn,Haddad,Berlin,")
            let path = "Manifests/products.yaml"
            let text = try String(contentsOf: shell.place.url.appending(path: path), encoding: .utf8)
            let stock = try #require(text.split(separator: "---\n").last)
            shell.write(path, String(stock).replacing("    ttl: 60", with: "    ttl: 300"))
            return ["plan": try await shell.run("plan --emulator").out]
        },
        SampleFlow(page: "PlansAndDeletes", samples: ["refusal"]) {
            let shell = try Shell.withManifests()
            _ = try await shell.run("--emulator")
            let path = "Manifests/products.yaml"
            let text = try String(contentsOf: shell.place.url.appending(path: path), encoding: .utf8)
            let parts = text.split(separator: "---\n")
            shell.write(path, parts[0] + "---\n" + parts[1].replacing("primary_key: sku", with: "primary_key: id"))
            return ["refusal": try await shell.run("plan --emulator", status: 6).out]
        },
    ]
}
