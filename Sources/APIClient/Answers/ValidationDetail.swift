/// One finding of a 422: where in the request, and what.
///
/// The `input` and `ctx` that FastAPI adds are left out, because they echo the request; texts are scrubbed of secrets,
/// without control characters, and bounded in length.
package struct ValidationDetail: Sendable, Hashable, CustomStringConvertible {
    /// One step of a `loc`.
    package enum Step: Sendable, Hashable {
        case name(String)
        case index(Int)
    }

    /// Such as `body`, `data`, 17, `user_id`; empty where the service names no place.
    package var path: [Step]
    package var message: String
    /// FastAPI's class of the finding, such as `missing`; empty where there is none.
    package var type: String

    package init(path: [Step], message: String, type: String = "") {
        self.path = path
        self.message = message
        self.type = type
    }

    /// The row, or the position of a key to delete, that the finding is about: counted from 0 within the request.
    package var row: Int? {
        guard path.count >= 3, concernsRows, case .index(let row) = path[2], row >= 0 else { return nil }
        return row
    }

    /// Whether it is about the rows of the request, perhaps without saying which.
    package var concernsRows: Bool {
        path.starts(with: [.name("body"), .name("data")]) || path.starts(with: [.name("body"), .name("primary_keys")])
    }

    package var description: String {
        let place = path.map { step in
            switch step {
            case .name(let name): name
            case .index(let index): String(index)
            }
        }
        return place.isEmpty ? message : "\(place.joined(separator: ".")): \(message)"
    }
}
