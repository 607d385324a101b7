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
}
