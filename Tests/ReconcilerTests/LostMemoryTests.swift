import Foundation
import Testing

@testable import Reconciler

/// Rows that left the files cannot be deleted once nobody remembers them: then the plan says that they stay.
@Suite struct LostMemoryTests {
    private static let note =
        "rows that left the files since the last upload, of 25 rows, are not known, so they stay: to be rid of them "
        + "declare the connection anew under another metadata.name"

    @Test(arguments: [true, false])
    func aPlanSaysThatRowsStayWhereTheLedgerIsDamaged(isDamaged: Bool) async throws {
        let world = try World()
        try world.write(
            "profiles.yaml", World.profiles.replacing("score: number}", with: "score: number}, removed_rows: delete"))
        try world.write("rows.csv", World.rows(0..<25))
        try await world.pass()
        if isDamaged {
            let rows = world.state.appending(path: "rows")
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: rows.path).first)
            var bytes = try Data(contentsOf: rows.appending(path: name))
            bytes[bytes.count / 2] ^= 0x40
            try bytes.write(to: rows.appending(path: name))
        }
        try world.write("rows.csv", World.rows(0..<24))
        let planned = try await world.pass().plan?.connections.first { $0.key == "profiles" }
        #expect(planned?.notes.contains(Self.note) == isDamaged, "\(planned?.notes ?? [])")
    }

    /// A masked header alone differs from what the marker says was sent: without state it is written all the same.
    @Test func aMaskedValueThatTheManifestChangedIsWrittenWithoutState() async throws {
        let world = try World(dialects: [.maskedHeaders])
        try world.writeSamples()
        try await world.pass()
        world.forgetState()
        #expect(try await world.pass(dryRun: true).plan?.hasChanges == false)
        try world.write("stock.yaml", World.stock.replacing("X-Token: abc", with: "X-Token: xyz"))
        try await world.pass()
        func token() async throws -> String? {
            try await world.stored().first { $0.name == "Stock" }?.json["external_api_details"]?["headers"]?["X-Token"]?
                .stringValue
        }
        #expect(try await token() == "xyz")
        world.forgetState()
        #expect(try await world.pass(dryRun: true).plan?.hasChanges == false)
        // Of two nobody can tell which it is: a note says so.
        try world.write("stock.yaml", World.stock.replacing("X-Token: abc", with: "X-Token: new, X-Other: new"))
        try await world.pass()
        world.forgetState()
        try world.write("stock.yaml", World.stock.replacing("X-Token: abc", with: "X-Token: newer, X-Other: new"))
        let outcome = try await world.pass()
        #expect(try await token() == "new")
        let notes = outcome.plan?.connections.first { $0.key == "stock" }?.notes ?? []
        #expect(notes.contains { $0.contains("X-Token is not comparable") }, "\(notes)")
    }
}
