import Foundation
import JSON
import Testing

@testable import Daemon

/// Every field of the program's JSON stands in the handbook, and the handbook has no others.
@Suite(.timeLimit(.minutes(5))) struct FieldTests {
    @Test func ofPlansAndPasses() async throws {
        let place = try Account()
        let emulator = try await place.startEmulator()
        defer { emulator.terminate() }
        var shapes = Shapes()

        // Creates, uploads and references; a bad data file; a row that the service rejects.
        try place.write("stock.yaml", Account.stock)
        try place.write("profiles.yaml", Account.profiles(name: "Profiles", links: ["1"]))
        try place.write("profiles.csv", "id,name\n1,Ada\n2,Joan\n")
        try place.write("twice.yaml", Account.rows("twice"))
        try place.write("twice.csv", "id,name\n1,Ada\n1,Joan\n")
        try place.write("rejected.yaml", Account.rows("rejected"))
        try place.write("rejected.csv", "id,name\n1,unwanted\n2,Joan\n")
        let typed = Account.rows("typed")
        try place.write("typed.yaml", typed.replacing("[typed.csv]", with: "[typed.csv], columns: {age: number}"))
        try place.write("typed.csv", "id,age,old\n1,7,x\n2,8,x\n")
        shapes.take(try await place.run(["--output", "json"]), as: "document")

        // An update, a delta, a reference that goes, a refusal.
        try place.write("stock.yaml", Account.stock.replacing("primary_key: sku", with: "primary_key: ean"))
        try place.write("profiles.yaml", Account.profiles(name: "People", links: []))
        try place.write("profiles.csv", "id,name\n1,Ada\n2,June\n")
        try place.write("typed.yaml", typed)
        try place.write("typed.csv", "id,age,new\n1,7,x\n3,8,x\n")
        shapes.take(
            try await place.run(["--dry-run", "--compare-rows", "5", "--output", "json"]), as: "document")

        // Without a plan: keys are missing, and so is a field.
        try place.write("twice.yaml", "kind: DataConnection\n")
        shapes.take(try await place.run(["--dry-run", "--output", "json"], hasKeys: false), as: "document")

        shapes.compare(with: try Handbook.page("OutputFormats"))
    }

    @Test func ofValidate() async throws {
        let place = try Account()
        try place.write("twice.yaml", Account.rows("twice"))
        try place.write("twice.csv", "id,name\n1,Ada\n1,Joan\n")
        let document = try await place.run(["validate", "--output", "json"])
        #expect(document["diagnostics"]?.arrayValue?.isEmpty == false)
        var shapes = Shapes()
        shapes.take(document, as: "validation")
        shapes.compare(with: try Handbook.page("OutputFormats"))
    }

    @Test func ofProfile() async throws {
        let place = try Account()
        try place.write("twice.yaml", Account.rows("twice"))
        try place.write("twice.csv", "id,name\n1,Ada\n2,Joan\n")
        var shapes = Shapes()
        shapes.take(try await place.run(["profile", "--output", "json"]), as: "profile")
        shapes.compare(with: try Handbook.page("OutputFormats"))
    }

    @Test func ofTheDaemonsStatus() throws {
        var status = Status(version: "1", directory: "d", startedAt: 0)
        status.lastPass = Status.LastPass(status: .converged, reason: .resync, endedAt: 0, seconds: 0, summary: "")
        status.connections = [ConnectionEntry(key: "a", name: "A")]
        var shapes = Shapes()
        shapes.take(status.document(uptime: 0, unix: 0), as: "status", connection: "status_connection")
        shapes.compare(with: try Handbook.page("Service"))
    }
}
