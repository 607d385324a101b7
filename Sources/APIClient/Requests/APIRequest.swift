import Foundation
import JSON

/// One operation as it is to be carried out: what to send, and how to treat failures of it.
struct APIRequest: Sendable {
    /// Bytes of answers: a list can be long, a 422 on an upload may name every row, all else is small.
    static let listLimit = 64 << 20
    static let uploadLimit = 16 << 20
    static let usualLimit = 1 << 20

    var operation: APIOperation
    /// See `APIError.subject`.
    var subject: String
    var method: String
    /// Below the base URL, percent-encoded, with its leading slash.
    var path: String
    var body: Data?
    /// Hears of the request while it is under way.
    var onEvent: @Sendable (UploadRequest.Event) -> Void = { _ in }
    var redactor: Redactor
    var answerLimit = Self.usualLimit
    /// Whether a 404 is an answer like any other: what is to go is gone.
    var acceptsNotFound = false

    init(
        _ operation: APIOperation, subject: String, _ method: String, _ path: String, json: JSONValue? = nil,
        redactor: Redactor
    ) {
        self.operation = operation
        self.subject = subject
        self.method = method
        self.path = path
        self.redactor = redactor
        if let json {
            var bytes: [UInt8] = []
            json.write(to: &bytes)
            body = Data(bytes)
        }
    }
}

/// Why an answer with a good status cannot be used.
struct AnswerProblem: Error, Sendable {
    enum Chance: Sendable {
        /// It was damaged on its way; the next one may be whole.
        case good
        /// It is no JSON at all: something else than the service answered, perhaps for a moment.
        case small
        /// It is whole, and not understood.
        case none
    }

    var message: String
    /// That the same request gets a better answer.
    var chance = Chance.none
}
