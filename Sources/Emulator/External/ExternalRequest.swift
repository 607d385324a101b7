import Foundation
import JSON

/// One request to an external API: what `external_api_details` say, with values in the places of `{name}`.
struct ExternalRequest: Hashable, Sendable {
    var method: String
    var url: String
    var headers: [String: String]
    var body: [UInt8]?

    /// For one set of values. Nil where the URL is none, or a header would hold a line break, once they are put in.
    init?(_ details: JSONValue, values: JSONValue) {
        self.init(headOf: details, values: values)
        if let body = details["body"], !body.isNull { setBody(Self.filled(body, values)) }
    }

    /// For many sets at once, for an endpoint that takes them so.
    ///
    /// Nothing published says how the service does it. Here each set makes its body, and the request carries the list of
    /// these; without a body the list of the sets; with GET the values of each name, joined by commas, stand in the URL.
    init?(batchOf details: JSONValue, values: [JSONValue]) {
        guard let first = values.first else { return nil }
        let isGet = details["http_method"]?.stringValue?.uppercased() == "GET"
        var joined: [JSONMember] = []
        for member in first.objectValue ?? [] {
            let all = values.map { Self.text($0[member.key]) }.joined(separator: ",")
            joined.append(JSONMember(member.key, .string(isGet ? all : Self.text(member.value))))
        }
        self.init(headOf: details, values: .object(joined))
        if isGet { return }
        let body = details["body"] ?? .null
        setBody(.array(values.map { body.isNull ? $0 : Self.filled(body, $0) }))
    }

    /// Everything but the body.
    private init?(headOf details: JSONValue, values: JSONValue) {
        guard let pattern = details["url"]?.stringValue else { return nil }
        method = details["http_method"]?.stringValue?.uppercased() ?? "GET"
        url = Self.replace(pattern) { values[$0].map { Self.encoded(Self.text($0)) } }
        headers = [:]
        for member in details["headers"]?.objectValue ?? [] {
            let value = Self.replace(member.value.stringValue ?? "") { values[$0].map(Self.text) }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
            headers[member.key] = value
        }
        guard let parsed = URLComponents(string: url), parsed.host?.isEmpty == false else { return nil }
    }

    private mutating func setBody(_ document: JSONValue) {
        var bytes: [UInt8] = []
        document.write(to: &bytes)
        body = bytes
        if !headers.keys.contains(where: { $0.lowercased() == "content-type" }) {
            headers["Content-Type"] = "application/json"
        }
    }

    /// Strings at any depth; nothing else can hold a placeholder.
    private static func filled(_ value: JSONValue, _ values: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(replace(text) { values[$0].map(Self.text) })
        case .array(let elements): .array(elements.map { filled($0, values) })
        case .object(let members): .object(members.map { JSONMember($0.key, filled($0.value, values)) })
        default: value
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text)?, .number(let text)?: text
        case .bool(let flag)?: flag ? "true" : "false"
        case .null?, nil: ""
        case let other?: other.compactText
        }
    }

    /// What is put in once is not looked through again: a value may hold braces.
    private static func replace(_ text: String, with value: (String) -> String?) -> String {
        var out = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            out += rest[..<open]
            let behind = rest[rest.index(after: open)...]
            guard let close = behind.firstIndex(of: "}"), let known = value(String(behind[..<close])) else {
                out += "{"
                rest = behind
                continue
            }
            out += known
            rest = behind[behind.index(after: close)...]
        }
        return out + rest
    }

    /// Everything but letters, digits and `-._~`, so that a value stays in the part of the URL in which it stands.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
            if isLetter || (0x30...0x39).contains(byte) || "-._~".utf8.contains(byte) {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
