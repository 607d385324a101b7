import JSON
import Model

/// A connection as one answer shows it, perhaps not whole.
struct ConnectionAnswer: Sendable {
    var uuid: String?
    var name: String
    var primaryKey: String?
    /// Outer nil: not shown. Inner nil: null.
    var description: String??
    /// Nil: not shown.
    var details: ActualDetails?

    /// Errors: no object, no name, or a field of a type that it cannot have.
    init(_ json: JSONValue) throws(AnswerProblem) {
        guard json.objectValue != nil else { throw AnswerProblem(message: "the connection is not an object") }
        uuid = Self.identity(json)
        let place = uuid.map { "connection \($0)" } ?? "a connection"
        guard let name = json["name"]?.stringValue else {
            throw AnswerProblem(message: "\(place) has no \"name\" that is a string")
        }
        self.name = name
        switch json["primary_key"] {
        case nil: primaryKey = nil
        case .string(let key)?: primaryKey = key
        default: throw AnswerProblem(message: "\(place) has a \"primary_key\" that is not a string")
        }
        switch json["description"] {
        case nil: description = nil
        case .null?: description = .some(nil)
        case .string(let text)?: description = text
        default: throw AnswerProblem(message: "\(place) has a \"description\" that is not a string")
        }
        switch json[Field.detailsName] {
        case nil: details = nil
        // Nothing can be called without a URL, so an empty object says what null says.
        case .null?, .object([])?: details = ActualDetails.uploadBased
        case .object(let members)?: details = .apiBased(.object(members))
        default: throw AnswerProblem(message: "\(place) has \"\(Field.detailsName)\" that is not an object")
        }
    }

    /// Whether its own GET could not show more.
    var isWhole: Bool { uuid != nil && primaryKey != nil && description != nil && details != nil }

    /// The connection, with what was not shown even by its own GET left open. Errors: no uuid or primary key.
    func connection(askedFor asked: String? = nil) throws(AnswerProblem) -> ActualConnection {
        guard let uuid = uuid ?? asked else {
            throw AnswerProblem(message: "the connection \"\(name)\" has no \"data_connection_uuid\"")
        }
        if let asked, asked.lowercased() != uuid.lowercased() {
            throw AnswerProblem(message: "the answer shows connection \(uuid) instead")
        }
        guard let primaryKey else { throw AnswerProblem(message: "connection \(uuid) has no \"primary_key\"") }
        return ActualConnection(
            uuid: uuid, name: name, primaryKey: primaryKey, description: description ?? nil,
            details: details ?? .notShown)
    }

    /// The connection in an answer that holds one alone, bare or in an object around it; nil where there is none.
    static func single(in json: JSONValue) throws(AnswerProblem) -> ConnectionAnswer? {
        if json["name"] != nil, json["primary_key"] != nil || identity(json) != nil {
            return try ConnectionAnswer(json)
        }
        for name in wrappers {
            if let inner = json[name], inner["name"] != nil { return try ConnectionAnswer(inner) }
        }
        return nil
    }

    /// The uuid of what an answer is about: `data_connection_uuid`, `uuid` or `id`, bare or in an object around it.
    static func createdUUID(in json: JSONValue) -> String? {
        if let uuid = identity(json) { return uuid }
        if case .string(let text) = json, isPlainID(text) { return normal(text) }
        return wrappers.lazy.compactMap { json[$0].flatMap(identity) }.first
    }

    private static let wrappers = ["data_connection", "connection", "data", "item", "result"]

    private static func identity(_ json: JSONValue) -> String? {
        for name in ["data_connection_uuid", "uuid", "id"] {
            switch json[name] {
            case .string(let text)? where isPlainID(text): return normal(text)
            case .number(let text)?: return text
            default: continue
            }
        }
        return nil
    }

    /// What can stand in a path, in a log and in a file name.
    private static func isPlainID(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// UUIDs are compared as text everywhere, so they get one spelling.
    private static func normal(_ text: String) -> String {
        let isUUID =
            text.utf8.count == 36 && text.utf8.allSatisfy { $0 == 0x2D || Character(Unicode.Scalar($0)).isHexDigit }
        return isUUID ? text.lowercased() : text
    }
}
