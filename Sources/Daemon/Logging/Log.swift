import JSON
import Model
import Platform

/// One line an event, to stderr: for the journal, for a terminal, or as JSON.
///
/// What is logged has been scrubbed of secrets where it came from; here it only becomes one line.
package struct Log: Sendable {
    /// How a line looks.
    package enum Format: String, Sendable, Hashable, CaseIterable {
        /// `<6>message key=value`: the journal reads the priority and adds the time itself.
        case journal
        /// `12:34:56 message key=value`.
        case text
        /// One object.
        case json

        /// What suits the place that the lines go to.
        ///
        /// - Parameters:
        ///   - file: What the lines are written to.
        ///   - journalStream: `JOURNAL_STREAM`: device and inode of the journal's end, in decimal.
        package static func suiting(_ file: FileIdentity?, journalStream: String?) -> Format {
            guard let journalStream, let file else { return .text }
            return journalStream == "\(file.device):\(file.inode)" ? .journal : .text
        }
    }

    /// One thing that happened.
    package struct Event: Sendable, Hashable {
        package var level: LogLevel
        /// A word for machines.
        package var name: String
        package var message: String
        /// In order.
        package var fields: [(name: String, value: String)]

        package init(
            _ level: LogLevel, _ name: String, _ message: String, _ fields: [(String, String?)] = []
        ) {
            self.level = level
            self.name = name
            self.message = message
            self.fields = fields.compactMap { name, value in value.map { (name, $0) } }
        }

        package static func == (left: Event, right: Event) -> Bool {
            left.level == right.level && left.name == right.name && left.message == right.message
                && left.fields.map(\.name) == right.fields.map(\.name)
                && left.fields.map(\.value) == right.fields.map(\.value)
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(name)
            hasher.combine(message)
        }
    }

    private let format: Format
    private let lowest: LogLevel
    private let time: any TimeSource
    private let write: @Sendable (String) -> Void

    /// `write` gets each line without its newline.
    package init(
        format: Format, lowest: LogLevel = .info, time: any TimeSource, write: @escaping @Sendable (String) -> Void
    ) {
        self.format = format
        self.lowest = lowest
        self.time = time
        self.write = write
    }

    package func log(_ event: Event) {
        if event.level <= lowest { write(line(for: event)) }
    }

    package func log(
        _ level: LogLevel, _ name: String, _ message: String, _ fields: [(String, String?)] = []
    ) {
        log(Event(level, name, message, fields))
    }

    private func line(for event: Event) -> String {
        switch format {
        case .journal:
            return "<\(event.level.rawValue)>" + Self.flat(event.message) + pairs(event, withEvent: true)
        case .text:
            let word = event.level <= .warning ? "\(event.level.word): " : ""
            return Self.clock(time.unixTime()) + " " + word + Self.flat(event.message) + pairs(event, withEvent: false)
        case .json:
            var members = [
                JSONMember("time", .string(Self.timestamp(time.unixTime()))),
                JSONMember("level", .string(event.level.word)), JSONMember("event", .string(event.name)),
                JSONMember("message", .string(event.message)),
            ]
            for field in event.fields { members.append(JSONMember(field.name, .string(field.value))) }
            return JSONValue.object(members).compactText
        }
    }

    private func pairs(_ event: Event, withEvent: Bool) -> String {
        let event = withEvent ? [("event", event.name)] + event.fields : event.fields
        return event.map { " \($0.0)=\(Self.quoted($0.1))" }.joined()
    }

    /// In quotes where a blank, a quote or an equals sign would make it ambiguous.
    static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && $0 != "\"" && $0 != "=" }
        if isPlain { return value }
        let escaped = flat(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
        return "\"\(escaped)\""
    }

    /// Without anything that ends a line or moves a cursor.
    static func flat(_ text: String) -> String {
        var flat = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": flat.append(contentsOf: "\\n".unicodeScalars)
            case _
            where scalar.properties.generalCategory == .control || "\u{2028}\u{2029}".unicodeScalars.contains(scalar):
                flat.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: flat.append(scalar)
            }
        }
        return String(flat)
    }

    /// RFC 3339, UTC, with milliseconds.
    static func timestamp(_ unix: Double) -> String {
        let millis = String(Int((unix - unix.rounded(.down)) * 1000) + 1000).dropFirst()
        let time = CivilTime(utc: unix)
        return "\(time.date)T\(time.clock).\(millis)Z"
    }

    private static func clock(_ unix: Double) -> String { CivilTime(local: unix).clock }
}
