import JSON
import ManifestLoader
import Model

/// `external_api_details` as a manifest can say them: the fields that it knows, credentials taken out.
struct DetailsExport {
    private(set) var members: [JSONMember] = []
    private(set) var remarks: [String] = []
    private var finder: CredentialFinder
    private var placeholders: [String] = []

    var credentials: [CredentialNote] { finder.notes }

    /// - Parameter prefix: Begins the names of credentials.
    init(_ details: JSONValue, prefix: String) {
        finder = CredentialFinder(prefix: prefix)
        if let url = details["url"]?.stringValue { add("url", .string(finder.url(url))) }
        if let method = details["http_method"]?.stringValue {
            add("http_method", .string(CredentialFinder.escaped(method)))
        }
        headers(details["headers"])
        if let body = details["body"], case .object(let members) = body, !members.isEmpty {
            add("body", finder.body(body))
        }
        for (name, least) in [("ttl", 0), ("timeout", 1), ("retries", 0)] { count(name, least: least, details[name]) }
        switch details["is_batch_endpoint"] {
        case .bool(let value)?: members.append(JSONMember("is_batch_endpoint", .bool(value)))
        case nil, .null?: break
        default: leaveOut("is_batch_endpoint")
        }
        samples(details["sample_placeholder_values"])
        for member in details.objectValue ?? [] where !Self.known.contains(member.key) && !member.value.isNull {
            leaveOut(member.key)
        }
    }

    private static let known: Set<String> = [
        "url", "http_method", "headers", "body", "ttl", "timeout", "retries", "is_batch_endpoint",
        "sample_placeholder_values",
    ]

    private mutating func add(_ name: String, _ value: JSONValue) {
        members.append(JSONMember(name, value))
        if name != "http_method" { collect(value) }
    }

    private mutating func collect(_ value: JSONValue) {
        switch value {
        case .string(let text): placeholders += Placeholders.names(in: text)
        case .array(let elements): for element in elements { collect(element) }
        case .object(let members): for member in members { collect(member.value) }
        case .null, .bool, .number: break
        }
    }

    private mutating func leaveOut(_ name: String) {
        remarks.append("external_api_details.\(name) is left out: a manifest cannot say it; it stays as it is")
    }

    private mutating func headers(_ value: JSONValue?) {
        guard let headers = value?.objectValue, !headers.isEmpty else { return }
        var written: [JSONMember] = []
        for header in headers {
            switch header.value {
            case .null: continue
            case .string(let text): written.append(JSONMember(header.key, .string(finder.header(header.key, text))))
            case let other:
                written.append(JSONMember(header.key, .string(finder.header(header.key, other.compactText))))
                remarks.append("the header \(header.key) is not a string in the account; it becomes one")
            }
        }
        add("headers", .object(written))
    }

    /// A whole number, however the service writes it.
    private mutating func count(_ name: String, least: Int, _ value: JSONValue?) {
        guard let value, !value.isNull else { return }
        guard case .number(let text) = value, let number = Int(text) ?? Double(text).flatMap(Int.init(exactly:)),
            number >= least
        else {
            leaveOut(name)
            return
        }
        members.append(JSONMember(name, .number("\(number)")))
    }

    /// Sample values for the service's test call; each placeholder needs one.
    private mutating func samples(_ value: JSONValue?) {
        var written: [JSONMember] = []
        for sample in value?.objectValue ?? [] {
            switch sample.value {
            case .string, .number, .bool:
                let path = "sample_placeholder_values.\(sample.key)"
                written.append(JSONMember(sample.key, finder.body(sample.value, name: sample.key, path: path)))
            case .null, .array, .object: leaveOut("sample_placeholder_values.\(sample.key)")
            }
        }
        for name in placeholders where !written.contains(where: { $0.key == name }) {
            written.append(JSONMember(name, .string("sample")))
            remarks.append(
                "the account shows no sample value for {\(name)}: put one in place of \"sample\" that the API knows")
        }
        if !written.isEmpty { members.append(JSONMember("sample_placeholder_values", .object(written))) }
    }
}
