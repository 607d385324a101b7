import JSON

/// The list in an answer: a bare array, or the one array of objects in an object around it.
enum ListAnswer {
    /// The items, all of them. Errors: no list, more than one, or a sign that this is only a page of it.
    static func items(of answer: HTTPAnswer) throws(AnswerProblem) -> [JSONValue] {
        if answer.status == 206 { throw paged("the status 206") }
        let items = try unwrap(try AnswerBody.json(answer), depth: 0)
        try PagingSigns.check(headers: answer.headers, count: items.count)
        for item in items where item.objectValue == nil {
            throw AnswerProblem(message: "the list holds an item that is not an object")
        }
        return items
    }

    static func paged(_ sign: String) -> AnswerProblem {
        AnswerProblem(message: "the list seems to be one page of several (\(sign)), and a part must not pass for all")
    }

    /// Usual names of the member that holds the list.
    private static let usualNames = ["connections", "data_connections", "references", "data", "items", "results"]
    /// Arrays that stand beside a list and are none.
    private static let otherArrays: Set<String> = ["errors", "error", "warnings", "messages", "detail", "links"]

    private static func unwrap(_ json: JSONValue, depth: Int) throws(AnswerProblem) -> [JSONValue] {
        if let items = json.arrayValue { return items }
        guard let members = json.objectValue, depth < 3 else {
            throw AnswerProblem(message: "the answer is not a list")
        }
        let items = try list(in: members, depth: depth)
        try PagingSigns.check(members, count: items.count)
        return items
    }

    private static func list(in members: [JSONMember], depth: Int) throws(AnswerProblem) -> [JSONValue] {
        let arrays = members.filter { member in
            !otherArrays.contains(member.key) && member.value.arrayValue?.allSatisfy { $0.objectValue != nil } ?? false
        }
        let named = arrays.filter { usualNames.contains($0.key) }
        if let only = arrays.count == 1 ? arrays.first : named.count == 1 ? named.first : nil {
            return only.value.arrayValue ?? []
        }
        if arrays.count > 1 {
            let names = arrays.map(\.key).joined(separator: ", ")
            throw AnswerProblem(message: "the answer holds several lists (\(names))")
        }
        let inner = members.filter { usualNames.contains($0.key) && $0.value.objectValue != nil }
        guard inner.count == 1 else { throw AnswerProblem(message: "the answer holds no list") }
        return try unwrap(inner[0].value, depth: depth + 1)
    }
}
