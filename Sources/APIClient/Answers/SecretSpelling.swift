import Foundation
import JSON

/// How a secret may look in what somebody else says: services, proxies and libraries repeat it as they got it, or escaped
/// and encoded on its way.
enum SecretSpelling {
    /// As it is; in JSON, a URL (both cases of its digits, and as forms write blanks), HTML; in base64 and hexadecimal.
    static func all(of text: String) -> Set<[UInt8]> {
        var spellings: Set<[UInt8]> = [Array(text.utf8)]
        var json: [UInt8] = []
        JSONText.writeString(text, to: &json)
        let inJSON = String(decoding: json.dropFirst().dropLast(), as: UTF8.self)
        let inURL = PathSegment.encoded(text)
        for spelling in [
            inJSON, inJSON.replacing("/", with: "\\/"), inURL, lowerCased(inURL), inURL.replacing("%20", with: "+"),
            inHTML(text),
        ] { spellings.insert(Array(spelling.utf8)) }
        // Of a few bytes the encodings are everyday words.
        guard text.utf8.count > 3 else { return spellings }
        let base64 = Data(text.utf8).base64EncodedString()
        let unpadded = String(base64.prefix { $0 != "=" })
        spellings.insert(Array(unpadded.utf8))
        spellings.insert(Array(unpadded.replacing("+", with: "-").replacing("/", with: "_").utf8))
        let hex = text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        spellings.insert(Array(hex.utf8))
        spellings.insert(Array(hex.uppercased().utf8))
        return spellings
    }

    /// The text with what stands before the `@` of each address taken out: a proxy's password is nobody's business.
    static func withoutUserInfo(_ bytes: [UInt8]) -> [UInt8] {
        let mark = Array("://".utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            out.append(bytes[index])
            index += 1
            guard out.suffix(3).elementsEqual(mark) else { continue }
            // Passwords hold anything; the last @ before the host's end is the one that counts.
            let end = bytes[index...].firstIndex { "/\"'<>\n".utf8.contains($0) } ?? bytes.count
            guard let at = bytes[index..<end].lastIndex(of: UInt8(ascii: "@")) else { continue }
            out.append(contentsOf: Redactor.replacement.utf8)
            index = at
        }
        return out
    }

    /// The two digits behind each `%` in lower case.
    private static func lowerCased(_ url: String) -> String {
        var left = 0
        return String(
            url.map { character -> Character in
                if character == "%" { left = 3 }
                defer { left = max(0, left - 1) }
                return left > 0 ? Character(character.lowercased()) : character
            })
    }

    private static func inHTML(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
