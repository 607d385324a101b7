import Foundation
import Testing

/// Holds what a reviewer would otherwise repeat: walls, top level, formatting, file length.
@Suite struct TidyTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Which module of the house may import which: what `Package.swift` declares, so that it stands once.
    private static func walls() throws -> [String: Set<String>] {
        let manifest = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        var walls: [String: Set<String>] = [:]
        let targets = #/\.(?:t|executableT)arget\(\s*name: "(?<name>\w+)"(?:,\s*dependencies: \[(?<names>[^\]]*)\])?/#
        for match in manifest.matches(of: targets) {
            // What only tests use lies below Tests.
            if FileManager.default.fileExists(atPath: root.appending(path: "Tests/\(match.name)").path) { continue }
            walls[String(match.name)] = Set((match.names ?? "").matches(of: /\w+/).map { String($0.0) })
        }
        return walls
    }

    /// The modules that call the system themselves; all others go through `Platform`.
    private static let nearTheSystem: Set<String> = ["Platform", "HTTPServer"]

    /// The system's own; nothing else comes from outside.
    private static let system: Set<String> = [
        "Foundation", "FoundationNetworking", "Dispatch", "Synchronization",
    ]

    private static func swiftFiles(below folder: String) throws -> [URL] {
        let folder = root.appending(path: folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return names.filter { $0.hasSuffix(".swift") }.sorted().map { folder.appending(path: $0) }
    }

    @Test func everyModuleStaysWithinItsWalls() throws {
        let modules = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        let walls = try Self.walls()
        #expect(Set(modules) == Set(walls.keys).union(["CLibYAML", "CMalloc"]))
        for (module, declared) in walls {
            let allowed = Self.nearTheSystem.contains(module) ? declared.union(["Glibc"]) : declared
            for file in try Self.swiftFiles(below: "Sources/\(module)") {
                let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                for line in lines where line.contains("import ") {
                    let words = line.split(separator: " ").map(String.init)
                    guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
                        words[..<at].allSatisfy({ $0.hasPrefix("@") || ["package", "public", "internal"].contains($0) })
                    else { continue }
                    // `import struct Foundation.Data` names the module in the last word.
                    let imported = words[words.count - 1].split(separator: ".").first.map(String.init) ?? ""
                    #expect(
                        allowed.contains(imported) || Self.system.contains(imported),
                        "\(file.lastPathComponent) of \(module) imports \(imported)")
                }
            }
        }
    }

    @Test func noPackageIsTaken() throws {
        let manifest = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        #expect(!manifest.contains(".package("))
    }

    @Test func theTopLevelHoldsWhatTheDesignNames() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
        let allowed: Set = [
            "Package.swift", "Sources", "Tests", "Manifests", "systemd", "README.md", "LICENSE", "CHANGELOG.md",
        ]
        for name in names where !name.hasPrefix(".") && name != "Package.resolved" {
            #expect(allowed.contains(name), "\(name) does not belong at the top level")
        }
    }

    @Test func noFileGrowsBeyondWhatOneReads() throws {
        for file in try Self.swiftFiles(below: "Sources") + Self.swiftFiles(below: "Tests") {
            let lines = try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 500, "\(file.lastPathComponent) has \(lines.count) lines: does it hold two things?")
        }
    }

    @Test func nothingIsLeftUnfinished() throws {
        for file in try Self.swiftFiles(below: "Sources") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for mark in ["TODO", "FIXME", "XXX:", "fatalError(\"unimplemented"] where text.contains(mark) {
                Issue.record("\(file.lastPathComponent) holds \(mark)")
            }
        }
    }

    @Test func everyPackageDeclarationOfATypeIsDocumented() throws {
        let kinds = ["struct", "enum", "protocol", "final class", "actor"]
        for file in try Self.swiftFiles(below: "Sources") {
            let lines = try String(contentsOf: file, encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where kinds.contains(where: { line.hasPrefix("package \($0) ") }) {
                let before = lines[..<index].last { !$0.hasPrefix("@") && !$0.hasPrefix("// ") } ?? ""
                #expect(before.hasPrefix("///"), "\(file.lastPathComponent):\(index + 1) has no doc comment")
            }
        }
    }

    @Test func formattingIsClean() async throws {
        let (status, output): (Int32, String) = try await withCheckedThrowingContinuation { continuation in
            // On a thread of its own: it blocks, and the few that carry tasks serve the other tests.
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let process = Process()
                        process.executableURL = URL(filePath: "/usr/bin/env")
                        process.arguments = [
                            "swift", "format", "lint", "--strict", "--recursive", "--parallel", "Package.swift",
                            "Sources", "Tests",
                        ]
                        process.currentDirectoryURL = Self.root
                        let pipe = Pipe()
                        process.standardError = pipe
                        process.standardOutput = pipe
                        try process.run()
                        let output = pipe.fileHandleForReading.readDataToEndOfFile()
                        process.waitUntilExit()
                        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
                    })
            }
        }
        #expect(status == 0, "\(output.prefix(4000))")
    }
}
