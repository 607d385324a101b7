import Foundation
import JSON
import Testing

/// One directory of manifests for two stages in one account.
@Suite struct StagesTests {
    @Test func eachStageHasItsOwnConnections() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "policy.yaml",
            "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: \"${var:stage}\", variables: {stage: test, days: 1}}\n"
        )
        try scratch.write(
            "shop.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: shop}
            spec:
              name: Shop (${var:stage})
              primary_key: id
              data: {files: ["${var:stage}.csv"]}

            """)
        try scratch.write("test.csv", "id\n1\n")
        try scratch.write("production.csv", "id\n1\n2\n")
        try Data("stage: production\n".utf8).write(to: scratch.root.appending(path: "production.yaml"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        scratch.forgetState()
        let production = try await scratch.reconcile(["--var-file", "production.yaml"], against: emulator)
        #expect(production.status == 0, "\(production.all)")
        #expect(try await emulator.rowCounts() == ["Shop (test)": 1, "Shop (production)": 2])
        // The heaviest wins, and what nobody defines is said.
        let plan = try await scratch.reconcile(
            ["plan", "--var-file", "production.yaml", "--var", "stage=other"], against: emulator,
            environment: Scratch.keys.merging(["RECONCILE_VAR_stage": "test"]) { own, _ in own })
        #expect(plan.status == 3 && plan.err.contains("it is the state of owner production"), "\(plan.all)")
        let undefined = try await scratch.reconcile(["validate", "--var", "stag=x"])
        #expect(undefined.status == 0)
        for arguments in [["--var", "x"], ["--var-file", "absent.yaml"], ["--var", "a=${env:X}"]] {
            #expect(try await scratch.reconcile(["validate"] + arguments).status == 3)
        }
    }
}
