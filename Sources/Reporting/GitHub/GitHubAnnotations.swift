import JSON
import Model
import Planner

/// Renders a run as workflow commands of GitHub Actions, which become annotations on the changed files.
///
/// GitHub shows ten a step and drops the rest without a word: so at most ten, the worst first, and one that counts
/// those that are left out.
package struct GitHubAnnotations: Sendable {
    package enum Level: String, Sendable, Comparable {
        case error, warning, notice

        private var rank: Int {
            switch self {
            case .error: 0
            case .warning: 1
            case .notice: 2
            }
        }

        package static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    struct Annotation {
        var level: Level
        var title: String
        var message: String
        var place: SourceLocation?
    }

    static let most = 10

    private let paths: RepositoryPaths

    package init(paths: RepositoryPaths) { self.paths = paths }

    /// The commands, one a line; empty where there is nothing to say.
    package func render(_ report: RunReport) -> String {
        let all = Self.annotations(of: report).enumerated().sorted { left, right in
            (left.element.level, left.offset) < (right.element.level, right.offset)
        }.map(\.element)
        var lines = all.prefix(Self.most).map(command)
        let rest = all.dropFirst(Self.most)
        if let worst = rest.first {
            let counts = [Level.error, .warning, .notice].compactMap { level -> String? in
                let count = rest.filter { $0.level == level }.count
                return count == 0 ? nil : "\(count.grouped) \(level.rawValue)\(count == 1 ? "" : "s")"
            }
            lines.append(
                command(
                    Annotation(
                        level: worst.level, title: "reconcile",
                        message:
                            "\(rest.count.grouped) more: \(counts.joined(separator: ", ")); see the summary of the "
                            + "step", place: nil)))
        }
        return lines.joined(separator: "\n")
    }

    /// In the order of the report, not of their levels.
    static func annotations(of report: RunReport) -> [Annotation] {
        var all: [Annotation] = []
        func add(_ level: Level, _ title: String, _ message: String, _ help: String?, _ place: SourceLocation?) {
            let text = help.map { "\(message)\nhelp: \($0)" } ?? message
            all.append(Annotation(level: level, title: title, message: text, place: place))
        }
        for event in report.failures {
            add(.error, event.key.map { "\($0) failed" } ?? "reconcile", event.message, event.help, event.place)
        }
        for diagnostic in report.allDiagnostics {
            let level: Level = diagnostic.severity == .error ? .error : .warning
            add(level, "invalid", diagnostic.message, diagnostic.help, diagnostic.location)
        }
        for event in report.rejectedRows {
            add(.error, "\(event.key ?? "row") rejected", event.message, event.help, event.place)
        }
        let connections = report.plan?.connections ?? []
        for connection in connections {
            for refusal in connection.refusals {
                add(
                    .error, "\(connection.key) refused", refusal.message, refusal.help,
                    refusal.location ?? connection.desired?.places.manifest)
            }
        }
        for event in report.warnings { add(.warning, event.key ?? "reconcile", event.message, event.help, event.place) }
        for connection in connections where !connection.actions.isEmpty {
            let level: Level = connection.actions.contains(.delete) ? .warning : .notice
            add(level, connection.key, words(connection), nil, connection.desired?.places.manifest)
        }
        return all
    }

    /// `update (manifest changed), upload (rows changed)`.
    private static func words(_ connection: PlannedConnection) -> String {
        var parts: [String] = []
        for action in connection.actions {
            var part = action.name.replacing("_", with: " ")
            if action == .delete { part = "delete the connection and all of its rows" }
            part += " (\(connection.causes(of: action).words))"
            if !parts.contains(part) { parts.append(part) }
        }
        return parts.joined(separator: ", ")
    }

    private func command(_ annotation: Annotation) -> String {
        var properties: [String] = []
        if let place = annotation.place {
            properties.append("file=\(Self.escapedProperty(paths.relative(place.path)))")
            properties.append("line=\(place.line)")
            properties.append("col=\(place.column)")
        }
        properties.append("title=\(Self.escapedProperty(PlainText.oneLine(annotation.title)))")
        let message = annotation.message.split(separator: "\n", omittingEmptySubsequences: false).prefix(20)
            .map { PlainText.cut(PlainText.oneLine(String($0)), to: 1000) }.joined(separator: "\n")
        return "::\(annotation.level.rawValue) \(properties.joined(separator: ","))::\(Self.escapedData(message))"
    }

    static func escapedData(_ text: String) -> String {
        escaped(text, ["%": "%25", "\r": "%0D", "\n": "%0A"])
    }

    static func escapedProperty(_ text: String) -> String {
        escaped(text, ["%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"])
    }

    /// By scalars: as a character a comma with an accent over it is none, to the runner it is one.
    private static func escaped(_ text: String, _ escapes: [Unicode.Scalar: String]) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if let escape = escapes[scalar] { escaped += escape } else { escaped.unicodeScalars.append(scalar) }
        }
        return escaped
    }
}
