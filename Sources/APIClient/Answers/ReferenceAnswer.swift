import JSON
import Model

/// References as answers show them.
enum ReferenceAnswer {
    /// Errors: an item that lacks a part.
    static func reference(_ json: JSONValue) throws(AnswerProblem) -> ActualReference {
        guard let reference = find(json) else {
            throw AnswerProblem(
                message: "a reference lacks one of \"reference_uuid\", \"reference_type\" and \"reference_id\"")
        }
        return reference
    }

    /// The reference in an answer that holds one alone, bare or in an object around it; nil where there is none.
    static func single(in json: JSONValue) -> ActualReference? {
        if let reference = find(json) { return reference }
        return ["reference", "data", "item", "result"].lazy.compactMap { json[$0].flatMap(find) }.first
    }

    private static func find(_ json: JSONValue) -> ActualReference? {
        guard let uuid = text(json, ["reference_uuid", "uuid", "id"]),
            let type = text(json, ["reference_type", "type"]), let id = text(json, ["reference_id"])
        else { return nil }
        return ActualReference(uuid: uuid, reference: Reference(type: type, id: id))
    }

    /// Both parts of a reference are strings here, however the service writes them.
    private static func text(_ json: JSONValue, _ names: [String]) -> String? {
        for name in names {
            switch json[name] {
            case .string(let text)? where !text.isEmpty: return text
            case .number(let text)?: return text
            default: continue
            }
        }
        return nil
    }
}
