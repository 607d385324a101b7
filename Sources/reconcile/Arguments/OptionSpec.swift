/// A command that has a help text of its own.
enum HelpTopic: String, CaseIterable {
    case reconcile, validate, daemon, status, emulator, query, schema, emarsys, check, doctor, apply, export, profile,
        `init`, completions
    case manifestSchema = "manifest-schema"

    /// What a user types: `reconcile`, `reconcile query`.
    var command: String { self == .reconcile ? "reconcile" : "reconcile \(rawValue)" }
}

/// One option: the parser and the help texts read the same table.
struct OptionSpec {
    var name: String
    /// What stands for the value in help texts; nil for options without one.
    var placeholder: String?
    var isRepeatable = false
    var topics: Set<HelpTopic>
    var help: String

    static func all(for topic: HelpTopic) -> [OptionSpec] { table.filter { $0.topics.contains(topic) } }

    /// Commands that talk to the account.
    private static let accountTopics: Set<HelpTopic> = [
        .reconcile, .daemon, .query, .schema, .emarsys, .check, .doctor, .apply, .export,
    ]

    /// Commands that read manifests.
    private static let manifestTopics: Set<HelpTopic> = [.reconcile, .validate, .daemon, .apply, .check, .profile]

    private static let table: [OptionSpec] = [
        OptionSpec(
            name: "--dry-run", topics: [.reconcile], help: "plan only: reads the API, writes nothing anywhere"),
        OptionSpec(
            name: "--detailed-exitcode", topics: [.reconcile],
            help: "with --dry-run: exit 2 where there are changes"),
        OptionSpec(
            name: "--out", placeholder: "FILE", topics: [.reconcile],
            help: "with --dry-run: save the plan, for reconcile apply FILE"),
        OptionSpec(
            name: "--ci", placeholder: "github|gitlab", topics: [.`init`],
            help: "also write a workflow that plans each change and applies what is merged"),
        OptionSpec(
            name: "--yes", topics: [.reconcile, .apply],
            help: "on a terminal: delete without asking first"),
        OptionSpec(
            name: "--rows-out", placeholder: "FILE", topics: [.reconcile],
            help: "write each row and column that an upload changes to FILE, a line of JSON each"),
        OptionSpec(
            name: "--compare-rows", placeholder: "N", topics: [.reconcile],
            help: "read up to N changed rows of each connection back and show old and new values (1 to 1000)"),
        OptionSpec(
            name: "--max-plan-age", placeholder: "DURATION", topics: [.apply],
            help: "refuse a plan that was made longer ago (default 24h)"),
        OptionSpec(
            name: "--output", placeholder: "FORMAT[=FILE]", isRepeatable: true,
            topics: [.reconcile, .apply, .validate],
            help: "text, json, markdown, html or github, to stdout or a file; several with one on stdout (default text)"
        ),
        OptionSpec(
            name: "--title", placeholder: "TEXT", topics: [.reconcile, .apply, .validate],
            help: "what this run is called in markdown and html: comments of another title stay"),
        OptionSpec(
            name: "--output", placeholder: "text|json|markdown", topics: [.profile],
            help: "form of what goes to stdout (default text)"),
        OptionSpec(
            name: "--output", placeholder: "text|json", topics: [.status, .schema, .check, .doctor],
            help: "form of what goes to stdout (default text)"),
        OptionSpec(
            name: "--color", placeholder: "auto|always|never", topics: [.reconcile, .apply],
            help: "colours in text (default auto: on a terminal, unless NO_COLOR is set)"),
        OptionSpec(
            name: "--drift-only", topics: [.reconcile],
            help: "nothing but undoing what somebody changed in the account"),
        OptionSpec(
            name: "--selector", placeholder: "LABELS", topics: [.reconcile],
            help: "only manifests with such labels: team=crm, team!=crm, team, !team; commas mean and"),
        OptionSpec(
            name: "--name", placeholder: "NAME", isRepeatable: true, topics: [.reconcile, .check, .profile],
            help: "only the manifest of that metadata.name"),
        OptionSpec(
            name: "--emulator", topics: accountTopics,
            help: "use an embedded emulator, kept in the state directory, instead of the API"),
        OptionSpec(
            name: "--api-url", placeholder: "URL", topics: accountTopics,
            help: "the API (default: production, or RECONCILE_API_URL); plain http only to loopback"),
        OptionSpec(
            name: "--state-dir", placeholder: "DIR", topics: accountTopics,
            help: "what was applied (default: STATE_DIRECTORY, else $XDG_STATE_HOME/reconcile)"),
        OptionSpec(
            name: "--credentials-dir", placeholder: "DIR", topics: accountTopics,
            help: "files for ${credential:NAME}, x-api-key, x-brand-key (default: CREDENTIALS_DIRECTORY)"),
        OptionSpec(
            name: "--api-key-file", placeholder: "FILE", topics: accountTopics,
            help: "the x-api-key (default: OPTIX_API_KEY, else x-api-key in the credentials)"),
        OptionSpec(
            name: "--brand-key-file", placeholder: "FILE", topics: accountTopics,
            help: "the x-brand-key (default: OPTIX_BRAND_KEY, else x-brand-key in the credentials)"),
        OptionSpec(
            name: "--retry-budget", placeholder: "SECONDS", topics: accountTopics,
            help: "how long one request is tried again before it counts as failed (default 90)"),
        OptionSpec(
            name: "--rate", placeholder: "N/TIME", topics: accountTopics,
            help: "at most N requests in any TIME, such as 50/10s (default: RECONCILE_RATE, else learned where the "
                + "service limits)"),
        OptionSpec(
            name: "--upload-concurrency", placeholder: "N", topics: [.reconcile, .daemon, .apply],
            help: "upload requests under way at one time, at most (1 to 256, default 32); fewer where the service "
                + "limits the rate"),
        OptionSpec(
            name: "--max-request-bytes", placeholder: "N", topics: [.reconcile, .validate, .daemon],
            help: "bytes of one upload request, at most (1024 to 67108864, default 8 MiB)"),
        OptionSpec(
            name: "--data-root", placeholder: "DIR", isRepeatable: true,
            topics: [.reconcile, .validate, .daemon, .apply, .check, .profile],
            help: "another place that data files may stand in, beside DIR"),
        OptionSpec(
            name: "--var", placeholder: "NAME=VALUE", isRepeatable: true, topics: manifestTopics,
            help: "a value for ${var:NAME} in manifests"),
        OptionSpec(
            name: "--var-file", placeholder: "FILE", isRepeatable: true, topics: manifestTopics,
            help: "values for ${var:NAME}, a YAML mapping; --var weighs more, RECONCILE_VAR_NAME most"),
        OptionSpec(
            name: "--adopt", placeholder: "NAME", isRepeatable: true, topics: [.reconcile, .daemon],
            help: "take over the unowned connection that the manifest NAME describes"),
        OptionSpec(name: "--full", topics: [.reconcile], help: "send all rows, whatever is known to be there"),
        OptionSpec(
            name: "--retry-rejected", topics: [.reconcile],
            help: "send rows that the service rejected again though they are as they were"),
        OptionSpec(
            name: "--allow-removed", placeholder: "NAME", isRepeatable: true, topics: [.reconcile],
            help: "delete more rows of NAME than max_removed_percent allows, once"),
        OptionSpec(
            name: "--allow-delete", placeholder: "NAME", isRepeatable: true, topics: [.reconcile],
            help: "delete NAME though a safeguard refuses it; never one that is protected or without our marker"),
        OptionSpec(
            name: "--allow-delete-percent", placeholder: "N", topics: [.reconcile],
            help: "delete up to N percent of the owned connections, once (default: max_delete_percent)"),
        OptionSpec(
            name: "--allow-recreate", topics: [.reconcile],
            help: "create again though every known connection is gone from the account"),
        OptionSpec(
            name: "--allow-new-brand-key", topics: [.reconcile, .apply],
            help: "the x-brand-key is another, and the brand that the state belongs to is the same"),
        OptionSpec(
            name: "--interval", placeholder: "DURATION", topics: [.daemon],
            help: "time between passes that no change causes (default 5m, varied by a tenth)"),
        OptionSpec(
            name: "--prune-delay", placeholder: "DURATION", topics: [.daemon],
            help: "how long a manifest must be gone before its connection is deleted (default 60s)"),
        OptionSpec(
            name: "--notify", placeholder: "URL", topics: [.daemon],
            help: "post changes of state there (default: RECONCILE_NOTIFY, else notify-url in the credentials)"),
        OptionSpec(
            name: "--listen", placeholder: "ADDRESS", topics: [.daemon],
            help: "serve the status at 127.0.0.1:PORT or unix:PATH (default: nowhere)"),
        OptionSpec(
            name: "--listen-anywhere", topics: [.daemon],
            help: "allow --listen at an address that other machines reach"),
        OptionSpec(
            name: "--allow-host", placeholder: "NAME", isRepeatable: true, topics: [.daemon],
            help: "a name by which the status may be asked for, beside addresses and localhost"),
        OptionSpec(
            name: "--log-format", placeholder: "auto|journal|text|json", topics: [.daemon],
            help: "form of the log on stderr (default auto: journal under systemd, else text)"),
        OptionSpec(name: "--verbose", topics: [.daemon], help: "log every pass and every part of an upload too"),
        OptionSpec(
            name: "--from", placeholder: "ADDRESS", topics: [.status],
            help:
                "where the daemon listens: 127.0.0.1:PORT or unix:PATH (default: the units of this machine, else 127.0.0.1:9464)"
        ),
        OptionSpec(
            name: "--batch", topics: [.query],
            help: "read queries from stdin, a line of JSON each: a key, or an object of placeholder values"),
        OptionSpec(
            name: "--parameter", placeholder: "NAME=VALUE", isRepeatable: true, topics: [.emarsys],
            help: "a reference field of a contact; a name that comes again begins another contact"),
        OptionSpec(
            name: "--field", placeholder: "NAME", isRepeatable: true, topics: [.emarsys], help: "a field to ask for"),
        OptionSpec(
            name: "--limit", placeholder: "N", topics: [.emarsys], help: "items for one contact, at most (default 1)"),
        OptionSpec(
            name: "--write", topics: [.doctor],
            help: "also make a scratch connection, try every operation with it, and remove it"),
        OptionSpec(
            name: "--external-url", placeholder: "URL", topics: [.doctor],
            help: "with --write: what an API-based connection asks; {id} is put in, and JSON has to come"),
        OptionSpec(
            name: "--placeholder", placeholder: "NAME=VALUE", isRepeatable: true, topics: [.query],
            help: "a value for a placeholder of an API-based connection"),
        OptionSpec(
            name: "--name", placeholder: "NAME", isRepeatable: true, topics: [.export],
            help: "export this connection: its name in the account, its uuid, or metadata.name"),
        OptionSpec(
            name: "--owner", placeholder: "NAME", topics: [.export],
            help: "whose connections to export, beside unowned ones (default: the Policy's in DIR, else default)"),
        OptionSpec(
            name: "--write-credentials", placeholder: "DIR", topics: [.export],
            help: "put what looks like a credential into files there, each readable by its owner alone"),
        OptionSpec(
            name: "--force", topics: [.export],
            help: "write over files of the same name, and export again what DIR declares"),
        OptionSpec(name: "--port", placeholder: "N", topics: [.emulator], help: "the port (default 8080; 0 picks one)"),
        OptionSpec(
            name: "--store", placeholder: "DIR", topics: [.emulator],
            help: "keep connections and rows in DIR (default: in memory)"),
        OptionSpec(
            name: "--dialect", placeholder: "NAME,…", isRepeatable: true, topics: [.emulator],
            help: "speak the contract as some service might"),
        OptionSpec(
            name: "--fault", placeholder: "KIND@N,…", isRepeatable: true, topics: [.emulator],
            help: "the Nth request meets a fault"),
        OptionSpec(
            name: "--fault-rate", placeholder: "PERCENT", topics: [.emulator],
            help: "how many requests of a hundred meet a fault, chosen by --fault-seed"),
        OptionSpec(
            name: "--fault-seed", placeholder: "N", topics: [.emulator], help: "another seed, other faults (default 1)"),
        OptionSpec(
            name: "--latency", placeholder: "MS", topics: [.emulator],
            help: "milliseconds before each answer"),
        OptionSpec(
            name: "--external", placeholder: "off|live",
            topics: [.emulator, .reconcile, .daemon, .query, .emarsys, .check],
            help: "live: the emulator really asks external APIs, for test calls and queries (default off)"),
        OptionSpec(
            name: "--rate-limit", placeholder: "N/TIME", topics: [.emulator],
            help: "answer 429 to more than N requests in any TIME, such as 50/10s"),
        OptionSpec(
            name: "--max-body-bytes", placeholder: "N", topics: [.emulator],
            help: "larger bodies are answered 413 (default 16 MiB)"),
        OptionSpec(
            name: "--accept-keys", placeholder: "API-KEY,BRAND-KEY", topics: [.emulator],
            help: "refuse all other keys (default: any that are not empty)"),
        OptionSpec(
            name: "--reject-value", placeholder: "TEXT", topics: [.emulator],
            help: "refuse every uploaded row in which this text is a field's value"),
    ]
}
