import JSON
import Planner

/// The options of the dry run that a saved plan was made with: it is carried out with the same ones.
package struct SavedOptions: Sendable, Hashable {
    var planning: PlanningOptions
    var filter: RunFilter?
    /// Bytes and rows of one upload request: they cut the rows into those requests that the plan counts.
    var maxBytes: Int
    var maxRows: Int

    init(_ configuration: PassConfiguration) {
        planning = configuration.planning
        filter = configuration.filter
        maxBytes = configuration.limits.maxBytes
        maxRows = configuration.limits.maxRows
    }

    /// Puts them into the configuration of the pass that carries the plan out.
    package func apply(to configuration: inout PassConfiguration) {
        configuration.planning = planning
        configuration.filter = filter
        configuration.limits.maxBytes = maxBytes
        configuration.limits.maxRows = maxRows
    }

    var document: JSONValue {
        func list(_ names: Set<String>) -> JSONValue { .array(names.sorted().map(JSONValue.string)) }
        var names = JSONValue.null
        var selector = JSONValue.null
        switch filter {
        case .names(let given): names = .array(given.map(JSONValue.string))
        case .selector(let given): selector = .string(given.text)
        case nil: break
        }
        return [
            "adopt": list(planning.adopt),
            "allow_delete": list(planning.allowDelete),
            "allow_delete_percent": planning.allowDeletePercent.map { .number("\($0)") } ?? .null,
            "allow_recreate": .bool(planning.allowRecreate),
            "allow_removed": list(planning.allowRemoved),
            "drift_only": .bool(planning.driftOnly),
            "full": .bool(planning.full),
            "names": names,
            "retry_rejected": .bool(planning.retryRejected),
            "selector": selector,
            "max_bytes": .number("\(maxBytes)"),
            "max_rows": .number("\(maxRows)"),
        ]
    }

    /// Nil for what `document` cannot have made.
    init?(_ document: JSONValue) {
        func set(_ name: String) -> Set<String>? { document[name]?.strings.map(Set.init) }
        func flag(_ name: String) -> Bool? { document[name]?.boolValue }
        var planning = PlanningOptions()
        guard let adopt = set("adopt"), let allowDelete = set("allow_delete"), let allowRemoved = set("allow_removed"),
            let allowRecreate = flag("allow_recreate"), let driftOnly = flag("drift_only"), let full = flag("full"),
            let retryRejected = flag("retry_rejected"), let maxBytes = document["max_bytes"]?.intValue,
            let maxRows = document["max_rows"]?.intValue
        else { return nil }
        planning.adopt = adopt
        planning.allowDelete = allowDelete
        planning.allowDeletePercent = document["allow_delete_percent"]?.intValue
        planning.allowRemoved = allowRemoved
        planning.allowRecreate = allowRecreate
        planning.driftOnly = driftOnly
        planning.full = full
        planning.retryRejected = retryRejected
        self.planning = planning
        self.maxBytes = maxBytes
        self.maxRows = maxRows
        if let names = document["names"]?.strings {
            filter = .names(names)
        } else if let text = document["selector"]?.stringValue {
            guard let selector = try? LabelSelector(text) else { return nil }
            filter = .selector(selector)
        }
    }
}

extension JSONValue {
    /// The elements where all of them are strings; nil for everything else.
    var strings: [String]? {
        guard let elements = arrayValue else { return nil }
        let strings = elements.compactMap(\.stringValue)
        return strings.count == elements.count ? strings : nil
    }
}
