import JSON
import Model
import Planner
import Platform

/// The saved plan as a file: one JSON document, sealed with a checksum.
extension SavedPlan {
    private static let kind = "reconcile/saved-plan"

    /// The file's text, ending in a newline.
    package var fileText: String {
        var members = body
        members.append(JSONMember("sum", .string(Self.sum(of: body))))
        return JSONValue.object(members).prettyText + "\n"
    }

    var body: [JSONMember] {
        func object(_ digests: [String: String]) -> JSONValue {
            .object(digests.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })
        }
        return [
            JSONMember("kind", .string(Self.kind)),
            JSONMember("format_version", .number("\(Self.formatVersion)")),
            JSONMember("tool", .string(tool)),
            JSONMember("created", .number("\(created)")),
            JSONMember("created_at", .string(CivilTime(utc: Double(created)).rfc3339)),
            JSONMember("api", .string(api)),
            JSONMember("owner", .string(owner)),
            JSONMember("directory", .string(directory)),
            JSONMember("options", options.document),
            JSONMember("salt", .string(Digest128(low: salt.k0, high: salt.k1).description)),
            JSONMember(
                "inputs",
                [
                    "policy": .string(inputs.policy), "manifests": object(inputs.manifests),
                    "account": object(inputs.account), "data": object(inputs.data),
                ]),
            JSONMember("plan", plan),
        ]
    }

    static func sum(of body: [JSONMember]) -> String {
        var hash = SipHash128()
        hash.combine(JSONValue.object(body).compactText)
        return hash.finalize().description
    }

    /// Reads the text of a file.
    ///
    /// Errors: `.invalid` for what is damaged or no saved plan, `.planOutdated` for one of another version.
    package init(fileText: some Collection<UInt8>, path: String, tool: String) throws(StepFailure) {
        let document: JSONValue
        do throws(JSONError) { document = try JSONValue.parse(fileText) } catch {
            throw StepFailure(
                .invalid, "\(path) is not a saved plan, or a damaged one: \(error.message)", help: Self.nextStep)
        }
        guard let members = document.objectValue, document["kind"]?.stringValue == Self.kind else {
            let isOutput = document["format_version"] != nil && document["connections"] != nil
            throw StepFailure(
                .invalid, "\(path) is not a saved plan" + (isOutput ? " but what --output json prints" : ""),
                help: Self.nextStep)
        }
        let version = document["format_version"]?.intValue
        guard version == Self.formatVersion, document["tool"]?.stringValue == tool else {
            let writer = document["tool"]?.stringValue ?? "another tool"
            throw StepFailure(
                .planOutdated, "\(path) was written by \(writer), and this is \(tool)",
                help: "\(Self.nextStep), or apply it with the version that wrote it")
        }
        let body = members.filter { $0.key != "sum" }
        guard document["sum"]?.stringValue == Self.sum(of: body), let plan = Self(document, tool: tool) else {
            throw StepFailure(
                .invalid, "\(path) is damaged: it is not as it was written", help: Self.nextStep)
        }
        self = plan
    }

    /// Nil for what `body` cannot have made.
    private init?(_ document: JSONValue, tool: String) {
        func digests(_ value: JSONValue?) -> [String: String]? {
            guard let members = value?.objectValue else { return nil }
            let pairs = members.compactMap { member in member.value.stringValue.map { (member.key, $0) } }
            return pairs.count == members.count ? Dictionary(pairs, uniquingKeysWith: { $1 }) : nil
        }
        guard let created = document["created"]?.intValue, let api = document["api"]?.stringValue,
            let owner = document["owner"]?.stringValue, let directory = document["directory"]?.stringValue,
            let options = document["options"].flatMap(SavedOptions.init),
            let salt = document["salt"]?.stringValue.flatMap({ Digest128($0) }), let inputs = document["inputs"],
            let policy = inputs["policy"]?.stringValue, let manifests = digests(inputs["manifests"]),
            let account = digests(inputs["account"]), let data = digests(inputs["data"]), let plan = document["plan"]
        else { return nil }
        self.tool = tool
        self.created = created
        self.api = api
        self.owner = owner
        self.directory = directory
        self.options = options
        self.salt = SipHash128.Key(salt.low, salt.high)
        self.inputs = InputDigests(policy: policy)
        self.inputs.manifests = manifests
        self.inputs.account = account
        self.inputs.data = data
        self.plan = plan
    }
}
