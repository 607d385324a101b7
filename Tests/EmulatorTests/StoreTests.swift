import Foundation
import HTTPServer
import JSON
import Testing

@testable import Emulator

@Suite struct StoreTests {
    private static let batch = "44444444-4444-4444-8444-444444444444"

    /// Runs `body` with the path of a directory that is not there yet, and removes it afterwards.
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "/emulator-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    /// Does something of every kind.
    private func fill(_ harness: Harness) async throws -> String {
        let gone = try await harness.create()
        _ = await harness.send("DELETE", "/connections/\(gone)")
        let uuid = try await harness.create(#"{"name":"n","primary_key":"id","description":"é \" x"}"#)
        _ = try await harness.create(apiBody(#"{"url":"https://h","http_method":"GET","body":{"n":1.10}}"#))
        _ = await harness.send("PUT", "/connections/\(uuid)", #"{"name":"renamed"}"#)
        await harness.upload(uuid, #"{"data":[{"id":1,"v":1.10},{"id":2},{"id":3}]}"#)
        await harness.upload(uuid, #"{"data":[{"id":4}],"ttl_seconds":100}"#)
        _ = await harness.send(
            "PUT", "/connections/\(uuid)/update_data",
            #"[{"primary_key":2,"data":{"u":1},"ttl":50},{"primary_key":5,"data":{}}]"#)
        _ = await harness.send("DELETE", "/connections/\(uuid)/delete_data", #"{"primary_keys":[3]}"#)
        for id in ["1", "2"] {
            _ = await harness.send(
                "POST", "/connections/\(uuid)/references", #"{"reference_type":"mail","reference_id":"\#(id)"}"#)
        }
        let references = await harness.send("GET", "/connections/\(uuid)/references").document
        let first = references[0]?["reference_uuid"]?.stringValue ?? ""
        _ = await harness.send("DELETE", "/connections/\(uuid)/references/\(first)")
        await harness.upload(
            uuid, #"{"data":[{"id":6}],"batch_uuid":"\#(Self.batch)","batch_completed":false}"#)
        return uuid
    }

    private func picture(_ harness: Harness, _ uuid: String) async -> String {
        await harness.admin("GET", "connections").text + "\n" + harness.rows(uuid)
    }

    @Test func everythingIsThereAfterwards() async throws {
        try await withDirectory { path in
            var before = ""
            var uuid = ""
            do {
                let harness = try Harness { $0.storeDirectory = path }
                uuid = try await fill(harness)
                before = await picture(harness, uuid)
            }
            #expect(before.contains(#"{"id":1,"v":1.10}"#))
            #expect(before.contains("renamed"))
            for _ in 0..<2 {
                let harness = try Harness { $0.storeDirectory = path }
                #expect(await picture(harness, uuid) == before)
            }
            let harness = try Harness { $0.storeDirectory = path }
            harness.clock.advance(60)
            #expect(await harness.rows(uuid) == "{\"id\":1,\"v\":1.10}\n{\"id\":4}\n{\"id\":5}\n")
            let completion = await harness.upload(uuid, #"{"data":[],"batch_uuid":"\#(Self.batch)"}"#)
            #expect(completion.document["batch_uuid"]?.stringValue == Self.batch)
            #expect(await harness.rows(uuid) == "{\"id\":1,\"v\":1.10}\n{\"id\":4}\n{\"id\":5}\n{\"id\":6}\n")
        }
    }

    @Test func aTornTailLosesOnlyWhatWasNotAnswered() async throws {
        try await withDirectory { path in
            var pictures: [String] = []
            do {
                let harness = try Harness { $0.storeDirectory = path }
                for number in 0..<3 {
                    pictures.append(await harness.admin("GET", "connections").text)
                    _ = try await harness.create(#"{"name":"\#(number)","primary_key":"id"}"#)
                }
                pictures.append(await harness.admin("GET", "connections").text)
            }
            let file = "\(path)/\(Journal.fileName)"
            let whole = try Data(contentsOf: URL(fileURLWithPath: file))
            var seen: [Int] = []
            for count in 0...whole.count {
                try whole.prefix(count).write(to: URL(fileURLWithPath: file))
                let reader = try Harness {
                    $0.storeDirectory = path
                    $0.persist = false
                }
                let shown = await reader.admin("GET", "connections").text
                seen.append(try #require(pictures.firstIndex(of: shown)))
            }
            #expect(seen == seen.sorted())
            #expect(Set(seen) == [0, 1, 2, 3])
            #expect(seen[whole.count - 1] == 2)

            try whole.dropLast(5).write(to: URL(fileURLWithPath: file))
            do {
                let writer = try Harness { $0.storeDirectory = path }
                _ = try await writer.create(#"{"name":"after","primary_key":"id"}"#)
            }
            let reader = try Harness { $0.storeDirectory = path }
            let names = await reader.send("GET", "/connections").document.arrayValue?.map { $0["name"] }
            #expect(names == ["0", "1", "after"])
        }
    }

    @Test func damageInTheMiddleIsAnErrorAndNotALoss() async throws {
        try await withDirectory { path in
            do {
                let harness = try Harness { $0.storeDirectory = path }
                for _ in 0..<2 { _ = try await harness.create() }
            }
            let file = URL(fileURLWithPath: "\(path)/\(Journal.fileName)")
            var bytes = try Data(contentsOf: file)
            bytes[60] ^= 1
            try bytes.write(to: file)
            let error = try #require(throws: EmulatorError.self) { try Harness { $0.storeDirectory = path } }
            #expect(error.description.contains("is damaged at byte 21"))
            try Data("something else".utf8 + Data(count: 50)).write(to: file)
            let other = try #require(throws: EmulatorError.self) { try Harness { $0.storeDirectory = path } }
            #expect(other.description.contains("is not a store of this emulator"))
        }
    }

    @Test func readingChangesNothing() async throws {
        try await withDirectory { path in
            func reader() throws -> Harness {
                try Harness {
                    $0.storeDirectory = path
                    $0.persist = false
                }
            }
            _ = try await reader().create()
            #expect(!FileManager.default.fileExists(atPath: path))

            let writer = try Harness { $0.storeDirectory = path }
            let uuid = try await writer.create()
            let file = URL(fileURLWithPath: "\(path)/\(Journal.fileName)")
            let before = try Data(contentsOf: file)
            let beside = try reader()
            let upload = await beside.upload(uuid, #"{"data":[{"id":1}]}"#)
            #expect(upload.text.hasSuffix(#","records":1}"#))
            _ = try await beside.create()
            _ = await beside.admin("POST", "reset")
            #expect(try Data(contentsOf: file) == before)
        }
    }

    @Test func aDirectoryHasOneWriter() async throws {
        try await withDirectory { path in
            let writer = try Harness { $0.storeDirectory = path }
            let error = try #require(throws: EmulatorError.self) { try Harness { $0.storeDirectory = path } }
            #expect(error.description.contains("in use by another process"))
            withExtendedLifetime(writer) {}
        }
    }

    @Test func openingCompactsWhatWasReplaced() async throws {
        try await withDirectory { path in
            var uuid = ""
            var before = ""
            let file = "\(path)/\(Journal.fileName)"
            func size() throws -> Int {
                try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
            }
            do {
                let harness = try Harness { $0.storeDirectory = path }
                uuid = try await fill(harness)
                let value = String(repeating: "x", count: 200_000)
                for _ in 0..<10 { await harness.upload(uuid, #"{"data":[{"id":1,"v":"\#(value)"}]}"#) }
                await harness.upload(
                    uuid, #"{"data":[{"id":7}],"batch_uuid":"55555555-5555-4555-8555-555555555555"}"#)
                before = await picture(harness, uuid)
            }
            #expect(try size() > 2_000_000)
            let harness = try Harness {
                $0.storeDirectory = path
                $0.dialects = [.noRepeatOfCompleted]
            }
            #expect(try size() < 300_000)
            #expect(await picture(harness, uuid) == before)
            let repeated = await harness.upload(
                uuid, #"{"data":[{"id":7}],"batch_uuid":"55555555-5555-4555-8555-555555555555"}"#)
            #expect(repeated.status == 422)
        }
    }

    @Test func resetEmptiesTheStoreOnDisk() async throws {
        try await withDirectory { path in
            do {
                let harness = try Harness { $0.storeDirectory = path }
                _ = try await fill(harness)
                #expect(await harness.admin("POST", "reset").status == 200)
                _ = try await harness.create(#"{"name":"new","primary_key":"id"}"#)
            }
            let harness = try Harness { $0.storeDirectory = path }
            let list = await harness.send("GET", "/connections").document.arrayValue
            #expect(list?.map { $0["name"] } == ["new"])
        }
    }

    @Test func storeIsForItsOwnerAlone() async throws {
        try await withDirectory { path in
            let harness = try Harness { $0.storeDirectory = "\(path)/deep" }
            for (name, mode) in [("", 0o700), ("/\(Journal.fileName)", 0o600)] {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/deep\(name)")
                #expect(attributes[.posixPermissions] as? Int == mode)
            }
            withExtendedLifetime(harness) {}
        }
    }
}
