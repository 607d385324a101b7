import Foundation

/// The help texts. Options come from the table that the parser reads.
enum Help {
    static func text(for topic: HelpTopic) -> String {
        let options =
            OptionSpec.all(for: topic) + [
                OptionSpec(name: "--help", topics: [], help: "this text")
            ]
        let heads = options.map { $0.name + ($0.placeholder.map { " \($0)" } ?? "") }
        // Long ones have a line of their own.
        let width = min(28, (heads.map(\.count).max() ?? 0) + 2)
        let lines = zip(heads, options).flatMap { head, option in
            let text = wrapped(option.help, columns: columns - 2 - width)
            let indented = text.map { String(repeating: " ", count: 2 + width) + $0 }
            if head.count + 2 > width { return ["  " + head] + indented }
            let first = "  " + head + String(repeating: " ", count: width - head.count) + (text.first ?? "")
            return [first] + indented.dropFirst()
        }
        let words = head(of: topic).components(separatedBy: "\n\n").map(flowed).joined(separator: "\n\n")
        return words + "\n\noptions:\n" + lines.joined(separator: "\n") + tail(of: topic)
    }

    /// No line is longer.
    static let columns = 80

    /// A paragraph in lines that fit; usage and lists keep their lines.
    private static func flowed(_ paragraph: String) -> String {
        let lines = paragraph.split(separator: "\n")
        if paragraph.hasPrefix("usage:") { return paragraph }
        var texts: [(isItem: Bool, text: String)] = []
        for line in lines {
            let isItem = line.hasPrefix("* ")
            if isItem || texts.isEmpty {
                texts.append((isItem, String(line.dropFirst(isItem ? 2 : 0))))
            } else {
                texts[texts.count - 1].text += " " + line.drop { $0 == " " }
            }
        }
        return texts.flatMap { item in
            wrapped(item.text, columns: columns - (item.isItem ? 2 : 0)).enumerated().map { index, line in
                item.isItem ? (index == 0 ? "* " : "  ") + line : line
            }
        }.joined(separator: "\n")
    }

    private static func wrapped(_ text: String, columns: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= columns {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    static func head(of topic: HelpTopic) -> String {
        switch topic {
        case .reconcile:
            """
            usage: reconcile [DIR] [options]        one pass: plan, apply, exit
                   reconcile plan [DIR]             plan only; the same as --dry-run
                   reconcile diff [DIR]             the same; exit 2: there are changes
                   reconcile apply [PLAN] [DIR]     a saved plan; without one, a pass
                   reconcile validate [DIR]         check manifests and data files, offline
                   reconcile profile [DIR]          what the columns of data files hold
                   reconcile init [DIR]             write a first manifest and Policy
                   reconcile daemon [DIR]           watch and resync until stopped
                   reconcile status                 how the daemon is
                   reconcile query CONNECTION KEY…  read rows back
                   reconcile schema CONNECTION      the fields of its data
                   reconcile emarsys CONNECTION     ask as Emarsys would
                   reconcile check [DIR]            what the manifests' checks say
                   reconcile doctor                 whether the account is as expected
                   reconcile export [DIR]           write manifests of an account
                   reconcile manifest-schema        a JSON Schema of manifests, for editors
                   reconcile emulator               serve the API on loopback
                   reconcile completions SHELL      a script for bash, zsh or fish
                   reconcile help [COMMAND]         what COMMAND takes
                   reconcile version                the version

            Keeps an account of the Optimove Data Connections API as the manifests in DIR say (default: Manifests).
            """
        case .validate:
            """
            usage: reconcile validate [DIR] [options]

            Checks every manifest and every data file in DIR (default: Manifests) and reports all problems at once.
            Needs no keys, no network and no secrets: ${env:…} and ${credential:…} are checked for their form.
            """
        case .daemon:
            """
            usage: reconcile daemon [DIR] [options]

            Keeps the account as the manifests in DIR say (default: Manifests): a pass when a file changes, and one now
            and then to put right what somebody else changed. SIGHUP: a pass now. SIGTERM: ends once the requests under
            way have ended, within 20 s; a second one ends at once.
            """
        case .status:
            """
            usage: reconcile status [options]

            Prints how a running daemon is, as a table. The daemon must have been started with --listen.
            Exits with 0 where everything is as the manifests say, with 1 where it is not, with 5 where no daemon answers.
            """
        case .apply:
            """
            usage: reconcile apply PLAN [DIR] [options]
                   reconcile apply [DIR] [options]

            Without PLAN it is a pass, as reconcile alone. With one it carries out what reconcile --dry-run --out PLAN planned, exactly that or nothing: exit 7 where the account,
            the manifests or the data are not what the plan saw, or where it was carried out before. DIR defaults to that
            of the dry run; so do the options that shape a plan.
            """
        case .emulator:
            """
            usage: reconcile emulator [options]

            Serves the Data Connections API on 127.0.0.1 until stopped, for trying things and for CI without an
            account. Any keys that are not empty are accepted. What it got is at /_emulator/requests.
            """
        case .query:
            """
            usage: reconcile query CONNECTION KEY… [options]
                   reconcile query CONNECTION -          keys from stdin, one a line
                   reconcile query CONNECTION --batch -  many at once, lines of JSON
                   reconcile query CONNECTION --placeholder NAME=VALUE… [options]

            Prints what the service answers, one JSON document a line. With --batch a query that fails is a line
            {"error": …} in its place, and the exit code is 1. A key in double quotes is JSON: it can hold a line break.
            CONNECTION is a manifest's metadata.name, a uuid, or the name of a connection in the account.
            """
        case .schema:
            """
            usage: reconcile schema CONNECTION [options]

            Prints the fields that the service saw in the connection's data, with their types.
            """
        case .emarsys:
            """
            usage: reconcile emarsys CONNECTION --parameter NAME=VALUE… --field NAME…

            Asks for external content as SAP Emarsys does while it personalizes a campaign, prints the items, and says
            what Emarsys would leave out or throw away: nested values, items that do not repeat the contact's fields,
            items over the limit, an answer over 2 MB. Exits with 1 where something that was asked for would be lost.
            """
        case .check:
            """
            usage: reconcile check [DIR] [options]

            Runs the checks that the manifests in DIR declare (default: Manifests), and says what was wanted and what
            came. Reads alone: nothing is written, state neither. Exits with 1 where a check fails.
            """
        case .completions:
            """
            usage: reconcile completions bash|zsh|fish

            Prints a script that completes commands and options, for example: reconcile completions bash >
            /etc/bash_completion.d/reconcile
            """
        case .`init`:
            """
            usage: reconcile init [DIR] [options]

            Writes a first manifest with its data file, a Policy, and the schema for editors into DIR (default: Manifests),
            and with --ci a workflow that shows the plan of each change. Nothing that is there is written over.
            """
        case .profile:
            """
            usage: reconcile profile [DIR] [options]

            Reads the data files of the manifests in DIR (default: Manifests) and prints a table of each data set's
            columns: type, rows without a value, different values, least, greatest and longest value, and an example; and
            `columns` and `expect` to begin with. Of columns that `sensitive` names no value is shown. Works offline.
            """
        case .doctor:
            """
            usage: reconcile doctor [options]

            Tries what this tool takes for granted about the service and says what is so: connection, clock, keys, list,
            schema. With --write it makes a scratch connection of its own, tries every operation of the contract with
            it, and removes it; what a killed run left is removed by the next.
            """
        case .export:
            """
            usage: reconcile export [DIR] [options]

            Writes a manifest for each connection of the account into DIR (default: Manifests), a file each, with its uuid
            pinned. Reads alone: it sends GET requests. The next dry run over DIR shows nothing but markers to be written.

            * Connections of nobody and of the owner are exported; those of other owners are left out and counted.
            * What DIR declares already is left alone, and no file is written over, unless --force is given.
            * What looks like a credential becomes ${credential:NAME}; which files to create is said at the end and in
              each manifest. Look them through before they go into Git: no rule knows every key.
            * The API does not list rows: an upload-based connection is exported without data.
            """
        case .manifestSchema:
            """
            usage: reconcile manifest-schema

            Prints a JSON Schema (2020-12) of both kinds of manifests, for editors and check-jsonschema. Some rules only
            `reconcile validate` can check, such as a sample value for each placeholder.
            """
        }
    }

    private static func listed(_ words: String) -> String {
        let plain = words.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        return wrapped(plain, columns: columns - 2).map { "  " + $0 }.joined(separator: "\n")
    }

    private static func tail(of topic: HelpTopic) -> String {
        switch topic {
        case .reconcile, .apply: exitCodes
        case .emulator:
            "\n\ndialects:\n" + listed(EmulatorCommand.knownDialects) + "\n\nfaults:\n"
                + listed(EmulatorCommand.knownFaults)
        case .validate, .query, .schema, .emarsys, .check, .doctor, .daemon, .status, .export, .manifestSchema,
            .profile,
            .`init`, .completions:
            ""
        }
    }

    static let exitCodes = """


        exit codes, of several the first of 4, 5, 7, 3, 6, 1, 2:
          0  done, or nothing to do; a dry run that planned
          1  an action failed
          2  --dry-run --detailed-exitcode: there are changes
          3  manifests, data files or arguments are invalid (nothing was written)
          4  authentication failed
          5  the API is out of reach or kept limiting, after retries
          6  a refusal: primary key change, unsafe delete, ownership conflict
          7  a saved plan does not fit any more (nothing was carried out)
        """
}
