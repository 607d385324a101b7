import Foundation
import Model
import Synchronization
import TestSupport
import Testing

@testable import StateStore

@Suite struct DamageTests {
    private let directory = TemporaryDirectory()

    /// A journal with a header and two records, and the offsets at which its lines begin.
    private func journal() async throws -> (bytes: [UInt8], lines: [Int]) {
        let store = try open(directory)
        try await store.record("a", applied("1"))
        try await store.record("b", applied("2"))
        store.close()
        let bytes = try directory.bytes()
        let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
        return (bytes, [0] + ends.dropLast().map { $0 + 1 })
    }

    @Test func aTornEndIsDroppedWhereverItIsTorn() async throws {
        let (bytes, lines) = try await journal()
        for length in lines[2]..<bytes.count {
            try directory.write(Array(bytes[..<length]))
            let read = try StateStore.read(directory: directory.path, identity: identity)
            #expect(read.connections == ["a": applied("1")], "torn at \(length)")
            let store = try open(directory)
            #expect(store.state == read)
            store.close()
            #expect(try directory.bytes() == Array(bytes[..<lines[2]]))
        }
    }

    @Test func whatComesAfterATornEndIsWhole() async throws {
        let (bytes, _) = try await journal()
        try directory.write(bytes.dropLast(5))
        let store = try open(directory)
        try await store.record("c", applied("3"))
        store.close()
        let read = try StateStore.read(directory: directory.path, identity: identity)
        #expect(read.connections == ["a": applied("1"), "c": applied("3")])
    }

    @Test func aTornHeaderIsNoState() async throws {
        let (bytes, lines) = try await journal()
        for length in 0..<lines[1] {
            try directory.write(Array(bytes[..<length]))
            #expect(try StateStore.read(directory: directory.path, identity: identity) == AppliedState())
        }
        let store = try open(directory)
        try await store.record("a", applied("1"))
        store.close()
        #expect(try StateStore.read(directory: directory.path, identity: identity).connections.count == 1)
    }

    @Test func everyChangedByteIsNoticed() async throws {
        let (bytes, lines) = try await journal()
        for offset in lines[1]..<bytes.count - 1 {
            var changed = bytes
            changed[offset] ^= 1
            try directory.write(changed)
            let error = await failure { try StateStore.read(directory: directory.path, identity: identity) }
            #expect(error?.kind == .damaged, "changed at \(offset)")
            let line = offset < lines[2] ? 2 : 3
            #expect(error?.subject == "\(directory.journal):\(line)", "changed at \(offset)")
            #expect(error?.help?.contains("move it away") == true)
        }
        let error = await failure { try open(directory) }
        #expect(error?.kind == .damaged)
    }

    @Test func aLostLineIsNoticed() async throws {
        let (bytes, lines) = try await journal()
        try directory.write(Array(bytes[..<lines[1]]) + bytes[lines[2]...])
        let error = await failure { try StateStore.read(directory: directory.path, identity: identity) }
        #expect(error?.kind == .damaged)
        #expect(error?.subject.hasSuffix(":2") == true)
    }

    @Test func anotherFileIsNoJournal() async throws {
        for text in ["hello", "hello\n", "{}\n", "[1, 2]\n"] {
            try directory.write(Array(text.utf8))
            let error = await failure { try open(directory) }
            #expect(error?.kind == .damaged)
            #expect(try directory.bytes() == Array(text.utf8))
        }
    }

    @Test func aNewerFormatIsRefusedWhateverItsSums() async throws {
        for text in [
            #"{"sum":"x","entry":{"format":"reconcile-state","version":2}}"#, #"{"format":"other","version":9}"#,
        ] {
            try directory.write(Array("\(text)\n".utf8))
            let error = await failure { try StateStore.read(directory: directory.path, identity: identity) }
            #expect(error?.kind == .newerVersion)
            #expect(error?.help?.contains("newer program") == true)
        }
    }

    @Test func anEntryOfAnUnknownKindIsRefused() async throws {
        let (bytes, _) = try await journal()
        let sum = try #require(try lastSum())
        var changed = bytes
        _ = JournalFormat.append(Array(#"{"frob":1}"#.utf8), after: sum, to: &changed)
        try directory.write(changed)
        let error = await failure { try StateStore.read(directory: directory.path, identity: identity) }
        #expect(error?.kind == .newerVersion)
        #expect(error?.subject.hasSuffix(":4") == true)
    }

    @Test func fieldsThatComeLaterAreTolerated() async throws {
        let (bytes, _) = try await journal()
        let sum = try #require(try lastSum())
        let entry = #"{"set":"c","connection":{"name":"n","primaryKey":"k","references":[],"later":{"x":[1]}}}"#
        var changed = bytes
        _ = JournalFormat.append(Array(entry.utf8), after: sum, to: &changed)
        try directory.write(changed)
        let read = try StateStore.read(directory: directory.path, identity: identity)
        #expect(read.connections["c"] == AppliedConnection(uuid: nil, name: "n", primaryKey: "k"))
    }

    @Test func aRecordOfAnotherFormIsNamed() async throws {
        let (bytes, _) = try await journal()
        var changed = bytes
        _ = JournalFormat.append(
            Array(#"{"set":"c","connection":{"name":7}}"#.utf8), after: try #require(try lastSum()), to: &changed)
        try directory.write(changed)
        let error = await failure { try StateStore.read(directory: directory.path, identity: identity) }
        #expect(error?.kind == .newerVersion)
        #expect(error?.subject.hasSuffix(":4") == true)
        #expect(error?.cause.contains("\"c\"") == true)
    }

    private func lastSum() throws -> Digest128? {
        try Journal.read(directory: directory.path, identity: identity)?.lastSum
    }

    @Test func stateOfAnotherAccountSaysSo() async throws {
        try open(directory).close()
        for other in [
            StateIdentity(apiURL: "https://other.test", owner: "default"),
            StateIdentity(apiURL: identity.apiURL, owner: "crm"),
        ] {
            let error = await failure { try StateStore.read(directory: directory.path, identity: other) }
            #expect(error?.kind == .otherIdentity)
            #expect(error?.cause.contains("state of owner default at https://api.test/v1") == true)
            let second = await failure {
                try StateStore.open(directory: directory.path, identity: other, time: ManualTime())
            }
            #expect(second?.kind == .otherIdentity)
        }
        // The failed attempts gave the lock back.
        try open(directory).close()
    }

    @Test(arguments: ["state.jsonl", "lock"])
    func linksAreRefused(name: String) async throws {
        let target = directory.path + "/elsewhere"
        try Data("precious".utf8).write(to: URL(filePath: target))
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/" + name, withDestinationPath: target)
        let error = await failure { try open(directory) }
        #expect(error?.kind == .unsafe)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "precious")
    }

    @Test func aLinkInPlaceOfTheNewJournalIsNotFollowed() async throws {
        let target = directory.path + "/elsewhere"
        try Data("precious".utf8).write(to: URL(filePath: target))
        try FileManager.default.createSymbolicLink(
            atPath: directory.journal + ".new", withDestinationPath: target)
        try open(directory).close()
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "precious")
    }

    @Test func aDirectoryThatIsNoneIsAnError() async throws {
        try Data().write(to: URL(filePath: directory.path + "/file"))
        // Nobody, not even root, makes a directory in /proc.
        for path in [directory.path + "/file", directory.path + "/file/below", "/proc/reconcile-test/state"] {
            let error = await failure {
                try StateStore.open(directory: path, identity: identity, time: ManualTime())
            }
            #expect(error?.kind == .system)
            #expect(error?.help?.contains("--state-dir") == true)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func aDirectoryThatCannotBeWrittenIsAnError() async throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: directory.path)
        let error = await failure { try open(directory) }
        #expect(error?.kind == .system)
        #expect(error?.help?.contains("let this user write") == true)
    }
}
