import TestSupport
import Testing

/// Commands and options of documents are those that `--help` prints.
@Suite struct OptionTests {
    @Test func everyCommandHasItsRow() async throws {
        let commands = try await Help.read().commands
        let documented = try Handbook.page("Commands").names(under: "Commands").map { Self.command(in: $0) }
        #expect(Set(documented) == Set(commands.keys))
        let readme = try Handbook.readme().rows(under: "Commands").joined().flatMap(Page.codeSpans)
            .filter { $0.hasPrefix("reconcile") }.map { Self.command(in: $0) }
        #expect(Set(readme) == Set(commands.keys))
    }

    @Test func everyOptionHasItsRow() async throws {
        // Each has its row, with what it does.
        let documented = Set(
            try [Handbook.page("Commands"), Handbook.page("Emulator")].flatMap { page in
                page.headings.flatMap { page.names(under: $0).flatMap { Self.options(in: $0) } }
            })
        for (command, options) in try await Help.read().commands {
            for option in options {
                #expect(documented.contains(option), "no table has \(option) of reconcile \(command)")
            }
        }
    }

    /// In code font, where no other program's options stand.
    @Test func everyOptionThatIsWrittenAboutExists() async throws {
        let known = Set(try await Help.read().commands.values.joined())
        for page in try Handbook.everything() {
            for span in page.codeSpans where span.hasPrefix("--") {
                for option in Self.options(in: span) {
                    #expect(known.contains(option), "\(page.name) has \(option), which does not exist")
                }
            }
        }
    }

    @Test func everyCallTakesTheOptionsThatItIsGiven() async throws {
        let commands = try await Help.read().commands
        for page in try Handbook.everything() {
            for call in page.codeLines.map(String.init) + page.codeSpans {
                // Of another program, what is a path, and what is a comment do not count.
                guard let match = call.firstMatch(of: /(?:^|[\s"'\[(;])reconcile (?<rest>[^#;|&\])]*)/) else {
                    continue
                }
                let rest = String(match.rest)
                guard !call.hasPrefix("usage:"), !rest.isEmpty else { continue }
                let options = Self.options(in: rest)
                let command = Self.command(in: "reconcile " + rest)
                for option in options {
                    #expect(
                        commands[command, default: []].contains(option),
                        "\(page.name): reconcile \(command) takes no \(option): \(call)")
                }
            }
        }
    }

    /// Long options of a text, without their values.
    static func options(in text: String) -> [String] {
        text.matches(of: /(?:^|[^A-Za-z0-9-])(--[a-z][a-z-]*[a-z])/).map { String($0.1) }
    }

    /// `query` of `reconcile query CONNECTION`; empty for a pass.
    private static func command(in call: String) -> String {
        let words = call.split(separator: " ").drop { $0 != "reconcile" }.dropFirst()
        guard let first = words.first.map(String.init), Help.words.contains(first) else { return "" }
        return first
    }
}

/// What `--help` prints of each command.
struct Help {
    /// Long options by command; the pass without a word is the empty one.
    var commands: [String: [String]]

    /// Words that are commands; a directory in an example is none.
    static let words: Set<String> = [
        "validate", "apply", "daemon", "status", "query", "export", "manifest-schema", "emulator",
        "schema", "emarsys", "check", "doctor", "profile", "plan", "diff", "init", "help", "version",
        "completions",
    ]

    static func read() async throws -> Help {
        let usage = try await Program.run(["--help"]).out
        let names = Set(usage.matches(of: /reconcile ([a-z][a-z-]*)/).map { String($0.1) })
        #expect(words == names, "commands came or went: \(words.symmetricDifference(names))")
        var commands: [String: [String]] = [:]
        for name in [""] + names.sorted() {
            let text = try await Program.run((name.isEmpty ? [] : [name]) + ["--help"]).out
            commands[name] =
                text.matches(of: /\n  (--[a-z-]+)/).map { String($0.1) } + (name.isEmpty ? ["--version"] : [])
        }
        return Help(commands: commands)
    }
}
