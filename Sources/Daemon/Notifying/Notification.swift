import JSON

/// A change of state that somebody who does not look should hear of.
struct Notification: Sendable, Hashable {
    var event: String
    var level: LogLevel
    /// `metadata.name`; nil for what is about all.
    var connection: String?
    var message: String
    var help: String?

    init(_ news: ConnectionTracker.News) {
        event = news.event
        level = news.level
        connection = news.key
        message = news.message
        help = news.help
    }

    /// That passes fail as a whole, or no longer do; nil where nothing is new about that.
    init?(from before: PassReport?, to after: PassReport) {
        guard after.status != .interrupted, before?.status != after.status else { return nil }
        let isFailing = Self.failures.contains(after.status)
        guard isFailing || before.map({ Self.failures.contains($0.status) }) == true else { return nil }
        event = isFailing ? after.status.rawValue : "recovered"
        level = isFailing ? .error : .notice
        message = isFailing ? after.summary : "passes work again: \(after.summary)"
        help = isFailing ? after.apiFailure?.help : nil
    }

    private static let failures: Set<PassStatus> = [.invalidManifests, .authenticationFailed, .unreachable, .failed]

    /// What is posted: all that one pass changed. `text` is what chats show (Slack's incoming webhooks and their like).
    static func document(_ all: [Notification], owner: String?, directory: String, time: String) -> JSONValue {
        let shown = all.prefix(20).map(\.line)
        let rest = all.count > shown.count ? ["and \(all.count - shown.count) more"] : []
        let head = "reconcile" + (owner.map { " \($0)" } ?? "") + ", \(directory)"
        return [
            "format_version": 1,
            "text": .string(([head] + shown + rest).joined(separator: "\n")),
            "time": .string(time), "owner": owner.map(JSONValue.string) ?? .null, "directory": .string(directory),
            "events": .array(all.map(\.document)),
        ]
    }

    private var line: String {
        let subject = connection.map { "\($0): " } ?? ""
        let words = event.replacing("connection_", with: "").replacing("_", with: " ")
        return Log.flat("• \(subject)\(words): \(message)" + (help.map { " (\($0))" } ?? ""))
    }

    private var document: JSONValue {
        [
            "event": .string(event), "level": .string(level.word),
            "connection": connection.map(JSONValue.string) ?? .null, "message": .string(message),
            "help": help.map(JSONValue.string) ?? .null,
        ]
    }
}
