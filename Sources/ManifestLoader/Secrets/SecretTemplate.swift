/// A string of `external_api_details` taken apart: text, references to secrets, and placeholders of the service.
///
/// * `${env:NAME}` and `${credential:NAME}` are references; `$${` is a literal `${`.
/// * `{name}` is a placeholder, where the name is `[A-Za-z_][A-Za-z0-9_.-]*`; braces around anything else, such as
///   `{"a": 1}` or `{}`, are text.
struct SecretTemplate {
    enum Part {
        case text(String)
        case reference(SecretReference, offset: Int)
        /// Goes to the service as it stands.
        case placeholder(String, offset: Int)
    }

    struct Problem {
        var message: String
        var help: String
        /// Bytes from the beginning of the string.
        var offset: Int
    }

    private(set) var parts: [Part] = []
    private(set) var problems: [Problem] = []

    init(_ text: String) {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "{") }) else {
            parts = [.text(text)]
            return
        }
        let bytes = Array(text.utf8)
        var pending = 0
        var index = 0
        func flush(upTo end: Int, into parts: inout [Part]) {
            if pending < end { parts.append(.text(String(decoding: bytes[pending..<end], as: UTF8.self))) }
        }
        while index < bytes.count {
            let isDollar = bytes[index] == UInt8(ascii: "$")
            if isDollar, bytes[index...].starts(with: "$${".utf8) {
                // One dollar stays; the brace after it may still open a placeholder, as the service will see it.
                flush(upTo: index + 1, into: &parts)
                index += 2
                pending = index
            } else if isDollar, bytes[index...].starts(with: "${".utf8) {
                flush(upTo: index, into: &parts)
                index = parseReference(bytes, at: index)
                pending = index
            } else if let end = Self.placeholderEnd(bytes, at: index) {
                flush(upTo: index, into: &parts)
                parts.append(.placeholder(Self.name(bytes, index, end - 1), offset: index))
                index = end
                pending = end
            } else {
                index += 1
            }
        }
        flush(upTo: bytes.count, into: &parts)
    }

    var holdsReference: Bool {
        parts.contains { if case .reference = $0 { true } else { false } }
    }

    static func isPlaceholderName(_ name: String) -> Bool {
        let bytes = Array("{\(name)}".utf8)
        return placeholderEnd(bytes, at: 0) == bytes.count
    }

    private static func name(_ bytes: [UInt8], _ open: Int, _ close: Int) -> String {
        String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
    }

    /// Just behind the placeholder that begins at the index; nil where none does.
    private static func placeholderEnd(_ bytes: [UInt8], at index: Int) -> Int? {
        guard index + 2 < bytes.count, bytes[index] == UInt8(ascii: "{"),
            bytes[index + 1].isASCIILetter || bytes[index + 1] == UInt8(ascii: "_")
        else { return nil }
        var end = index + 2
        while end < bytes.count, bytes[end].isASCIILetterOrDigit || "_.-".utf8.contains(bytes[end]) { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: "}") ? end + 1 : nil
    }

    private mutating func parseReference(_ bytes: [UInt8], at index: Int) -> Int {
        let help = "write ${env:NAME} or ${credential:NAME}, or $${ for a literal ${"
        guard let close = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
            problems.append(
                Problem(message: "the reference that begins with ${ is not closed", help: help, offset: index))
            return bytes.count
        }
        let content = String(decoding: bytes[(index + 2)..<close], as: UTF8.self)
        let halves = content.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if halves.count == 2, let kind = SecretReference.Kind(rawValue: String(halves[0])) {
            let reference = SecretReference(kind: kind, name: String(halves[1]))
            if let problem = reference.problem {
                problems.append(Problem(message: problem.message, help: problem.help ?? help, offset: index))
            } else {
                parts.append(.reference(reference, offset: index))
            }
        } else {
            problems.append(
                Problem(message: "\("${\(content)}".quoted) is not a reference to a secret", help: help, offset: index))
        }
        return close + 1
    }
}

/// Names of the service's placeholders.
package enum Placeholders {
    /// Those of `{name}` in a string of `external_api_details`, in their order, as often as they stand there.
    package static func names(in text: String) -> [String] {
        SecretTemplate(text).parts.compactMap { if case .placeholder(let name, _) = $0 { name } else { nil } }
    }
}
