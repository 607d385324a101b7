import Foundation
import TestSupport
import Testing

/// The repository that the page about environments shows, as it is shown.
@Suite struct EnvironmentsPageTests {
    /// The files of the page, in a Git work tree, with rows for both brands.
    static func repository() throws -> TemporaryDirectory {
        let place = TemporaryDirectory()
        let page = try Handbook.page("Environments").text
        var count = 0
        for match in page.matches(of: /\n`(?<path>[a-z\/]+\.yaml)`:\n\n```yaml\n(?<text>[\s\S]*?)```/) {
            place.write(String(match.path), Array(match.text.utf8))
            count += 1
        }
        #expect(count == 7)
        place.write(".git/HEAD", Array("ref: refs/heads/main\n".utf8))
        place.write("data/shop/customers.csv", Array("id,name\n1,Ada\n2,Grace\n".utf8))
        place.write("data/travel/customers.csv", Array("id,name\n3,June\n".utf8))
        place.write("credentials/stock-token", Array("token-of-the-stock".utf8))
        return place
    }

    static func run(_ place: TemporaryDirectory, _ arguments: [String]) async throws -> Program.Run {
        try await Program.run(
            arguments, environment: ["HOME": place.path("home"), "CREDENTIALS_DIRECTORY": place.path("credentials")],
            directory: place.url)
    }

    @Test func allOfThemConverge() async throws {
        let place = try Self.repository()
        let directories = ["shop/production", "shop/staging", "travel"]
        for directory in directories {
            let state = place.path("state-" + directory.replacing("/", with: "-"))
            let apply = try await Self.run(
                place, ["apply", directory, "--emulator", "--state-dir", state, "--data-root", "data"])
            #expect(apply.status == 0, "\(apply.all)")
            let again = try await Self.run(
                place, ["diff", directory, "--emulator", "--state-dir", state, "--data-root", "data"])
            #expect(again.status == 0, "\(again.all)")
        }
    }

    /// What another program renders is the same as what stands in files.
    @Test func manifestsFromStdin() async throws {
        let place = try Self.repository()
        let base = try ["travel/policy", "base/customers", "base/stock"].map {
            try String(contentsOf: place.url.appending(path: "\($0).yaml"), encoding: .utf8)
        }
        let text = base.joined(separator: "---\n").replacing("  include: [../base]\n", with: "").replacing(
            "../data/", with: "")
        let options = ["--emulator", "--data-root", "data", "--var", "host=stock.example.com"]
        func pass(_ words: [String], input: String?) async throws -> Program.Run {
            try await Program.run(
                words + options,
                environment: ["HOME": place.path("home"), "CREDENTIALS_DIRECTORY": place.path("credentials")],
                directory: place.url, input: input)
        }
        let valid = try await Program.run(
            ["validate", "-", "--data-root", "data", "--var", "host=x.example.com"], directory: place.url, input: text)
        #expect(valid.status == 0 && valid.out.contains("2 connections, 1 row"), "\(valid.all)")
        let plan = try await pass(["plan", "-", "--out", "plan.json"], input: text)
        #expect(plan.status == 0 && plan.out.contains("<stdin>:"), "\(plan.all)")
        let changed = try await Program.run(
            ["apply", "plan.json"] + options.filter { $0 != "--var" && $0 != "host=stock.example.com" },
            environment: ["HOME": place.path("home"), "CREDENTIALS_DIRECTORY": place.path("credentials")],
            directory: place.url, input: text.replacing("name: Stock", with: "name: Other"))
        #expect(changed.status != 0, "\(changed.all)")
        let apply = try await pass(["apply", "plan.json"], input: text)
        #expect(apply.status == 0, "\(apply.all)")
        let none = try await pass(["daemon", "-"], input: "")
        #expect(none.status == 3 && none.err.contains("takes no manifests from stdin"), "\(none.all)")
    }
}
