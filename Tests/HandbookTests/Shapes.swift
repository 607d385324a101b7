import JSON
import Testing

/// The fields of each kind of object in documents that the program prints.
struct Shapes {
    private(set) var fields: [String: Set<String>] = [:]

    /// What stands under a field is such an object, or a list of them.
    private static let known = [
        "summary": "summary", "scope": "scope", "connections": "connection", "actions": "action", "changes": "change",
        "rows": "rows", "refusals": "refusal", "problems": "diagnostic", "diagnostics": "diagnostic", "notes": "note",
        "place": "place", "manifest": "place", "results": "result", "rejected_rows": "rejected_row",
        "failure": "failure", "last_pass": "last_pass", "recent_passes": "last_pass", "examples": "examples",
        "columns": "columns",
        "compared": "compared", "fields": "field", "retyped": "retyped", "data_sets": "data_set",
    ]

    /// The same for fields that are something else in each kind of object.
    private static func known(_ field: String, of shape: String) -> String? {
        switch (shape, field) {
        case ("examples", _): "example"
        case ("columns", "changed"): "changed_column"
        case ("columns", "added"), ("columns", "removed"): "column"
        case ("data_set", "columns"): "profiled_column"
        default: known[field]
        }
    }

    /// Takes down the fields of an object and of those in it. `connection` is what a connection is called here.
    mutating func take(_ value: JSONValue, as shape: String, connection: String = "connection") {
        switch value {
        case .object(let members):
            for member in members {
                fields[shape, default: []].insert(member.key)
                // What a change sets is the manifest's own.
                if ["old", "new"].contains(member.key) { continue }
                guard Self.holdsObjects(member.value) else { continue }
                guard let name = Self.known(member.key, of: shape) else {
                    Issue.record("the objects in \(member.key) of \(shape) have no name here, and no table")
                    continue
                }
                take(member.value, as: name == "connection" ? connection : name, connection: connection)
            }
        case .array(let elements):
            for element in elements { take(element, as: shape, connection: connection) }
        default: break
        }
    }

    private static func holdsObjects(_ value: JSONValue) -> Bool {
        switch value {
        case .object: true
        case .array(let elements): elements.contains(where: holdsObjects)
        default: false
        }
    }

    /// Compares with the page's tables, each under the shape's name: nothing may be missing, nothing made up.
    func compare(with page: Page) {
        for (shape, printed) in fields.sorted(by: { $0.key < $1.key }) {
            let documented = Set(page.names(under: "`\(shape)`", column: "field"))
            #expect(printed.subtracting(documented).sorted() == [], "fields of \(shape) that \(page.name) lacks")
            #expect(documented.subtracting(printed).sorted() == [], "fields of \(shape) that nothing prints")
        }
    }
}
