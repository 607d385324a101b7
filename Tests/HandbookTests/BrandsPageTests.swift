import Foundation
import TestSupport
import Testing

/// What state is worth, as the page about brands shows it.
@Suite struct BrandsPageTests {
    @Test func anotherMachineWithoutState() async throws {
        let place = TemporaryDirectory()
        place.write("shop/policy.yaml", Array("apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: shop}\n".utf8))
        place.write(
            "shop/customers.yaml",
            Array(
                """
                apiVersion: reconcile/v1
                kind: DataConnection
                metadata: {name: customers}
                spec: {name: Customers, primary_key: id, data: {files: [customers.csv]}}

                """.utf8))
        var rows = "id,name\n" + (1...4000).map { "u\($0),Name \($0)\n" }.joined()
        place.write("shop/customers.csv", Array(rows.utf8))
        let account = try await Account.start(in: place.url)
        defer { account.process.terminate() }
        func run(_ word: String, state: String) async throws -> String {
            let run = try await Program.run(
                [word, "shop", "--state-dir", place.path(state), "--api-url", account.url],
                environment: ["OPTIX_API_KEY": "k", "OPTIX_BRAND_KEY": "b", "TMPDIR": place.path], directory: place.url)
            #expect(run.status == 0, "\(run.all)")
            return run.out.replacing(/[0-9a-f]{8}-[0-9a-f-]{27}/, with: "UUID")
        }
        let page = try Handbook.page("Brands").text
        func isShown(_ text: String) -> Bool {
            page.contains("```\n\(text.trimmingCharacters(in: .newlines))\n```")
        }
        _ = try await run("apply", state: "one")
        #expect(isShown(try await run("plan", state: "other")))
        rows = rows.replacing("u7,Name 7\n", with: "u7,Ada\n")
        place.write("shop/customers.csv", Array(rows.utf8))
        let known = try await run("plan", state: "one")
        #expect(isShown(known), "\(known)")
        let unknown = try await run("plan", state: "other")
        #expect(isShown(unknown), "\(unknown)")
    }
}
