/// The help texts. Options come from the table that the parser reads.
enum Help {
    static func text(for topic: HelpTopic) -> String {
        let options =
            OptionSpec.all(for: topic) + [
                OptionSpec(name: "--help", topics: [], help: "this text")
            ]
        let heads = options.map { $0.name + ($0.placeholder.map { " \($0)" } ?? "") }
        let width = (heads.map(\.count).max() ?? 0) + 2
        let lines = zip(heads, options).map { head, option in
            "  " + head + String(repeating: " ", count: width - head.count) + option.help
        }
        return head(of: topic) + "\n\noptions:\n" + lines.joined(separator: "\n") + tail(of: topic)
    }

    private static func head(of topic: HelpTopic) -> String {
        switch topic {
        case .reconcile:
            """
            usage: reconcile [DIR] [options]            one pass: plan, apply, exit
                   reconcile --dry-run [DIR] [options]  plan only
                   reconcile apply PLAN [DIR]           carry out a plan that a dry run saved
                   reconcile validate [DIR]             check manifests and data files, offline
                   reconcile profile [DIR]              what the columns of data files hold
                   reconcile daemon [DIR]               watch and resync until stopped
                   reconcile status                     how the daemon is
                   reconcile query CONNECTION KEY…      read rows back
                   reconcile schema CONNECTION          the fields of its data
                   reconcile emarsys CONNECTION         ask as Emarsys would
                   reconcile check [DIR]                what the manifests' checks say
                   reconcile doctor                     whether the account is as this tool takes it to be
                   reconcile export [DIR]               write manifests for what the account holds
                   reconcile manifest-schema            a JSON Schema of manifests, for editors
                   reconcile emulator                   serve the API on loopback
                   reconcile --version

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

            Carries out what reconcile --dry-run --out PLAN planned, exactly that or nothing: exit 7 where the account,
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
                   reconcile query CONNECTION - [options]           keys from stdin, one a line
                   reconcile query CONNECTION --batch - [options]   many at once: a line of JSON each
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
            usage: reconcile emarsys CONNECTION --parameter NAME=VALUE… --field NAME… [options]

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

    private static func tail(of topic: HelpTopic) -> String {
        switch topic {
        case .reconcile, .apply: exitCodes
        case .emulator: "\n\ndialects: \(EmulatorCommand.knownDialects)\nfaults:   \(EmulatorCommand.knownFaults)"
        case .validate, .query, .schema, .emarsys, .check, .doctor, .daemon, .status, .export, .manifestSchema,
            .profile:
            ""
        }
    }

    private static let exitCodes = """


        exit codes, of several the first of 4, 5, 7, 3, 6, 1, 2:
          0  done, or nothing to do; a dry run that planned
          1  an action failed
          2  --dry-run --detailed-exitcode: there are changes
          3  manifests, data files or arguments are invalid (nothing was written for them)
          4  authentication failed
          5  the API is out of reach or kept limiting, after retries
          6  a refusal: primary key change, unsafe delete, ownership conflict
          7  a saved plan does not fit what is there any more (nothing was carried out)
        """
}
