import Model
import Platform

/// What the user asked for: a command, its operands and its options, checked against what the command takes.
struct Invocation {
    enum Command: Equatable {
        case reconcile, validate, daemon, status, emulator, query, export, manifestSchema, apply, schema, emarsys,
            check, doctor, profile, `init`, completions
        case help(HelpTopic)
        case version
        case manPage
    }

    var command: Command
    var operands: [String] = []
    var options = ParsedOptions()
    var environment: [String: String]

    /// Words for a pass with options.
    private static let verbs = ["plan": ["--dry-run"], "diff": ["--dry-run", "--detailed-exitcode"]]

    /// Every word that may come first.
    static var words: [String] {
        HelpTopic.allCases.map(\.rawValue).filter { $0 != "reconcile" } + verbs.keys + ["help", "version"]
    }

    /// The command that `reconcile help WORD` is about.
    private static func topic(of word: String?) throws(UsageError) -> HelpTopic {
        guard let word, verbs[word] == nil, word != "help", word != "version" else { return .reconcile }
        if let topic = HelpTopic(rawValue: word) { return topic }
        throw UsageError(
            "there is no command \"\(word)\"",
            help: NearestName.find(word, in: words).map { "did you mean \($0)?" } ?? "see reconcile --help")
    }

    /// Errors: `UsageError` for everything that is not known, twice, or lacks its value.
    init(_ arguments: [String], environment: [String: String]) throws(UsageError) {
        self.environment = environment
        var rest = arguments[...]
        var name = ""
        let first = rest.first ?? ""
        if HelpTopic(rawValue: first) != nil, first != "reconcile" {
            name = first
            rest.removeFirst()
        } else if let verb = Self.verbs[first] {
            rest.removeFirst()
            for option in verb { options.set(OptionSpec(name: option, topics: [], help: ""), to: "") }
        } else if first == "version" || first == "help" {
            if first == "help", rest.dropFirst().elementsEqual(["manual"]) {
                command = .manPage
                return
            }
            let word = rest.dropFirst().first.flatMap { $0.hasPrefix("-") ? nil : $0 }
            let isVersion = first == "version" && rest.count == 1
            command = isVersion ? .version : .help(try Self.topic(of: word))
            return
        }
        let topic = HelpTopic(rawValue: name) ?? .reconcile
        command =
            switch topic {
            case .reconcile: .reconcile
            case .validate: .validate
            case .daemon: .daemon
            case .status: .status
            case .emulator: .emulator
            case .query: .query
            case .schema: .schema
            case .emarsys: .emarsys
            case .check: .check
            case .doctor: .doctor
            case .profile: .profile
            case .`init`: .`init`
            case .completions: .completions
            case .export: .export
            case .manifestSchema: .manifestSchema
            case .apply: .apply
            }
        // Without a plan it is a pass, and takes what that takes.
        let known = OptionSpec.all(for: topic) + (topic == .apply ? OptionSpec.all(for: .reconcile) : [])
        while let argument = rest.popFirst() {
            if argument == "--" {
                operands += rest
                break
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                operands.append(argument)
                continue
            }
            if argument == "--help" || argument == "-h" {
                command = .help(topic)
                return
            }
            if argument == "--version", topic == .reconcile {
                command = .version
                return
            }
            try parse(argument, from: &rest, known: known, topic: topic)
        }
        try checkOperands(topic)
        if topic == .reconcile { try checkWord() }
    }

    /// A word that is neither a command nor a directory is most likely a command misspelt.
    private func checkWord() throws(UsageError) {
        guard let word = operands.first, !word.contains("/"), !word.hasPrefix("."), word != "-",
            (try? FileStatus(of: word)) == nil
        else { return }
        throw UsageError(
            "\"\(word)\" is neither a command nor a directory",
            help: NearestName.find(word, in: Self.words).map { "did you mean \($0)?" } ?? "see reconcile --help")
    }

    private mutating func parse(
        _ argument: String, from rest: inout ArraySlice<String>, known: [OptionSpec], topic: HelpTopic
    ) throws(UsageError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let spec = known.first(where: { $0.name == name }) else {
            let near = NearestName.find(name, in: known.map(\.name))
            throw UsageError(
                "unknown option \(name)",
                help: near.map { "did you mean \($0)?" } ?? "see \(topic.command) --help")
        }
        guard spec.placeholder != nil else {
            if parts.count == 2 { throw UsageError("\(name) takes no value") }
            options.set(spec, to: "")
            return
        }
        guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty else {
            throw UsageError("\(name) needs a value, \(spec.placeholder ?? "")")
        }
        if options[name] != nil, !spec.isRepeatable { throw UsageError("\(name) is given twice") }
        options.set(spec, to: value)
    }

    private func checkOperands(_ topic: HelpTopic) throws(UsageError) {
        // A script whose variable is unset does not mean the directory that it happens to run in.
        if operands.contains(""), topic != .query {
            throw UsageError(
                "an argument is empty", help: "name a directory; without an argument it is ./Manifests")
        }
        if operands.contains("-"), [.daemon, .export, .`init`].contains(topic) {
            throw UsageError(
                "\(topic.command) takes no manifests from stdin",
                help: "- goes with plan, diff, apply, validate, check and profile")
        }
        switch topic {
        case .reconcile, .validate, .daemon, .export, .check, .profile, .`init`:
            if operands.count > 1 {
                throw UsageError("one directory is expected, not \(operands.count): \(operands.joined(separator: " "))")
            }
        case .emulator, .status, .manifestSchema, .doctor:
            if let operand = operands.first { throw UsageError("unexpected \"\(operand)\"") }
        case .apply:
            if operands.count > 2 {
                throw UsageError("a plan and a directory are expected, not \(operands.joined(separator: " "))")
            }
        case .query:
            if operands.isEmpty { throw UsageError("which connection?", help: "see reconcile query --help") }
        case .completions:
            if operands.count != 1 || Completions.Shell(rawValue: operands[0]) == nil {
                throw UsageError("for which shell?", help: "name bash, zsh or fish")
            }
        case .schema, .emarsys:
            if operands.count != 1 {
                throw UsageError(
                    operands.isEmpty ? "which connection?" : "one connection is expected, not \(operands.count)",
                    help: "see \(topic.command) --help")
            }
        }
    }

    /// DIR, `Manifests` where it is not given.
    var directory: String { operands.first ?? "Manifests" }
}

/// The options that were given, by name.
struct ParsedOptions {
    private var values: [String: [String]] = [:]

    mutating func set(_ spec: OptionSpec, to value: String) { values[spec.name, default: []].append(value) }

    /// The value of an option, empty for one without a value; nil where it was not given.
    subscript(name: String) -> String? { values[name]?.last }

    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// Of all that were given.
    var names: [String] { values.keys.sorted() }

    func isGiven(_ name: String) -> Bool { values[name] != nil }

    /// Seconds of a duration such as `90`, `90s`, `5m` or `1h30m`, within bounds. Errors: `UsageError` naming the option.
    func duration(_ name: String, in bounds: ClosedRange<Double>) throws(UsageError) -> Double? {
        guard let text = self[name] else { return nil }
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        var seconds = 0.0
        var digits = ""
        var isValid = true
        for character in text {
            if character.isASCII, character.isNumber || character == "." {
                digits.append(character)
            } else if let unit = units[character], let number = Double(digits) {
                seconds += number * unit
                digits = ""
            } else {
                isValid = false
            }
        }
        if !digits.isEmpty {
            isValid = isValid && Double(digits) != nil
            seconds += Double(digits) ?? 0
        }
        guard isValid, bounds.contains(seconds) else {
            throw UsageError(
                "\(name) takes a duration such as 90s, 5m or 1h, from \(Int(bounds.lowerBound)) s to "
                    + "\(Int(bounds.upperBound)) s, not \"\(text)\"")
        }
        return seconds
    }

    /// A whole number within bounds. Errors: `UsageError` naming the option.
    func integer(_ name: String, in bounds: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = self[name] else { return nil }
        guard let value = Int(text), bounds.contains(value) else {
            throw UsageError(
                "\(name) takes a whole number from \(bounds.lowerBound) to \(bounds.upperBound), not \"\(text)\"")
        }
        return value
    }
}
