import Foundation
import JSON

/// Reading the body of an answer with a good status.
enum AnswerBody {
    /// Values in an answer: some hundred thousand connections have as many, and they take a fixed part of memory.
    private static let maxValues = 2_000_000

    /// The document in it. Errors: what is cut, too long, or no JSON, with the chance that it passes.
    static func json(_ answer: HTTPAnswer) throws(AnswerProblem) -> JSONValue {
        try whole(answer)
        do throws(JSONError) {
            return try JSONValue.parse(answer.body, maxValues: maxValues)
        } catch {
            if error.isTooLarge {
                throw AnswerProblem(message: "the answer holds more than \(maxValues) values")
            }
            if error.offset >= answer.body.count {
                throw AnswerProblem(message: "the answer ends in the middle: \(error.message)", chance: .good)
            }
            throw AnswerProblem(
                message: "the answer is not JSON: \(error.message), at byte \(error.offset)", chance: .small)
        }
    }

    /// Checks an answer whose contents do not matter: whole, and not a page of some gateway.
    static func acknowledgement(_ answer: HTTPAnswer) throws(AnswerProblem) {
        // Nothing is in a 404 that is accepted.
        guard answer.isSuccess else { return }
        try whole(answer)
        let isPage =
            answer.headers["content-type"]?.lowercased().hasPrefix("text/html") ?? false
            || answer.body.first == UInt8(ascii: "<")
        if isPage { throw AnswerProblem(message: "the answer is a web page", chance: .small) }
    }

    private static func whole(_ answer: HTTPAnswer) throws(AnswerProblem) {
        switch answer.ending {
        case .whole: break
        case .cut(let reason): throw AnswerProblem(message: "the answer is cut: \(reason)", chance: .good)
        case .tooLong: throw AnswerProblem(message: "the answer is longer than such an answer may be")
        }
    }
}
