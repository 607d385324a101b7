import Foundation
import JSON

/// The service's own words about a failure, read from FastAPI's form or what comes near it.
struct ErrorAnswer: Sendable {
    /// One line of all that was said; nil where nothing fit to show was said.
    let text: String?
    let details: [ValidationDetail]

    /// Findings shown in one line; the others are counted.
    private static let shownDetails = 3
    /// Members that echo the request.
    private static let echoes: Set<String> = ["input", "ctx", "body", "url"]

    init(_ answer: HTTPAnswer, redactor: Redactor) {
        guard answer.ending != .tooLong, !answer.body.isEmpty, let json = try? JSONValue.parse(answer.body) else {
            details = []
            text = Self.plainText(answer, redactor: redactor)
            return
        }
        let detail = json["detail"] ?? json
        details = (detail.arrayValue ?? []).compactMap { Self.finding($0, redactor: redactor) }
        if details.isEmpty {
            text = Self.message(in: detail).map { redactor.clean($0) }.flatMap { $0.isEmpty ? nil : $0 }
        } else {
            let shown = details.prefix(Self.shownDetails).map(\.description).joined(separator: "; ")
            let rest = details.count - Self.shownDetails
            text = rest > 0 ? "\(shown); and \(rest) more" : shown
        }
    }

    /// Whether the keys are meant: they travel in headers.
    var isAboutHeaders: Bool { details.contains { $0.path.first == .name("header") } }

    /// Words of the contract that decide what a finding is about: a key that happens to be part of one must not blur it.
    private static let contractWords: Set<String> = [
        "body", "data", "header", "path", "query", "primary_keys", "x-api-key", "x-brand-key",
    ]

    private static func finding(_ json: JSONValue, redactor: Redactor) -> ValidationDetail? {
        guard json.objectValue != nil, json["loc"] != nil || json["msg"] != nil else { return nil }
        let path = (json["loc"]?.arrayValue ?? []).compactMap { step -> ValidationDetail.Step? in
            if let index = step.intValue { return .index(index) }
            return step.stringValue.map { name in
                .name(Self.contractWords.contains(name) ? name : redactor.clean(name, limit: 100))
            }
        }
        let message = redactor.clean(json["msg"]?.stringValue ?? "rejected without a reason", limit: 300)
        return ValidationDetail(
            path: path, message: message, type: redactor.clean(json["type"]?.stringValue ?? "", limit: 60))
    }

    /// The message of other forms: a string, or the usual members of an object, or its text without what echoes.
    private static func message(in json: JSONValue) -> String? {
        if let text = json.stringValue { return text }
        for name in ["detail", "message", "msg", "error", "title", "reason"] {
            if let text = json[name]?.stringValue { return text }
            if let inner = json[name], inner.objectValue != nil, let text = message(in: inner) { return text }
        }
        let rest = withoutEchoes(json)
        return rest == .object([]) || rest == .array([]) || rest.isNull ? nil : rest.compactText
    }

    private static func withoutEchoes(_ json: JSONValue) -> JSONValue {
        switch json {
        case .object(let members):
            .object(
                members.filter { !echoes.contains($0.key) }.map { JSONMember($0.key, withoutEchoes($0.value)) })
        case .array(let elements): .array(elements.map(withoutEchoes))
        default: json
        }
    }

    /// What a gateway says; pages are left out, for nobody reads HTML in a log.
    private static func plainText(_ answer: HTTPAnswer, redactor: Redactor) -> String? {
        let isText = answer.headers["content-type"]?.lowercased().hasPrefix("text/plain") ?? false
        guard answer.ending != .tooLong, isText else { return nil }
        let line = redactor.clean(String(decoding: answer.body.prefix(4096), as: UTF8.self), limit: 200)
        return line.isEmpty ? nil : line
    }
}
