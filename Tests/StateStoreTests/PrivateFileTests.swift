import Foundation
import Glibc
import Platform
import Testing

@testable import StateStore

/// Files that are written once and whole.
@Suite struct PrivateFileTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "private-\(UUID().uuidString)")

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func itIsForThisUserAloneAndReplacesWhatWasThere() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "a/b.json").path
        #expect(throws: StateError.self) { try PrivateFile.write([1], to: path, makingDirectory: false) }
        try PrivateFile.write(Array("one".utf8), to: path, makingDirectory: true)
        chmod(path, 0o644)
        try PrivateFile.write(Array("two".utf8), to: path, makingDirectory: false)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "two")
        #expect(try mode(path) == 0o600)
        #expect(try mode(directory.appending(path: "a").path) == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/a") == ["b.json"])
    }

    @Test func neitherLinksNorDirectoriesAreReplaced() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory.appending(path: "sub"), withIntermediateDirectories: true)
        let link = directory.appending(path: "link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
        for path in [link, directory.appending(path: "sub").path] {
            #expect {
                try PrivateFile.write([1], to: path, makingDirectory: false)
            } throws: {
                ($0 as? StateError)?.kind == .unsafe
            }
        }
    }

    @Test func aFullDiskLeavesWhatWasThere() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "b.json").path
        try PrivateFile.write(Array("one".utf8), to: path, makingDirectory: true)
        var calls = SystemCalls()
        calls.fdatasync = { _ in
            errno = ENOSPC
            return -1
        }
        #expect(throws: StateError.self) {
            try PrivateFile.write(Array("two".utf8), to: path, makingDirectory: false, calls: calls)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["b.json"])
    }
}
