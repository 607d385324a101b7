import Glibc

/// Ownership that travels with a connection: `[reconcile owner=… key=… protect data=2:<hex> at=<seconds>]`, at the
/// end of its description, because the API has no tags.
package struct OwnershipMarker: Sendable, Hashable {
    /// What the marker says of the rows.
    package struct Data: Sendable, Hashable, Codable {
        /// Version of the digest's algorithm.
        package var version: Int
        /// 32 hexadecimal digits.
        package var digest: String
        /// Unix seconds at which the last full upload began.
        package var at: Int

        package init(version: Int, digest: String, at: Int) {
            self.version = version
            self.digest = digest
            self.at = at
        }
    }

    package var owner: String
    package var key: String
    package var isProtected: Bool
    /// Nil while rows may be missing.
    package var data: Data?

    package init(owner: String, key: String, isProtected: Bool = false, data: Data? = nil) {
        self.owner = owner
        self.key = key
        self.isProtected = isProtected
        self.data = data
    }

    package var text: String {
        var text = "[reconcile owner="
        text += owner
        text += " key="
        text += key
        if isProtected { text += " protect" }
        if let data { text += " data=\(data.version):\(data.digest) at=\(data.at)" }
        text += "]"
        return text
    }
}

/// A description taken apart: the user's text, and what stands there of a marker.
package struct MarkedDescription: Sendable, Hashable {
    package enum Marker: Sendable, Hashable {
        case none
        case whole(OwnershipMarker)
        /// Something of a marker is there that cannot be trusted: cut, edited, or two of them.
        case damaged
    }

    /// Without the marker and without blanks at the end.
    package var text: String
    package var marker: Marker

    /// What every marker begins with; in the text of a manifest it is an error.
    package static let opening = "[reconcile"

    /// Takes a description apart. Never throws: what cannot be read is `damaged`.
    package init(parsing description: String?) {
        guard let description, !description.isEmpty else {
            (text, marker) = ("", .none)
            return
        }
        // By bytes: a plan takes thousands of descriptions apart, and searching characters took most of its time.
        let bytes = Array(description.utf8)
        guard let start = Self.start(in: bytes) else {
            let trimmed = description.trimmingBlanksAtEnd
            // The service may have cut the description in the middle of the opening.
            let cut = (4..<Self.openingBytes.count).contains { length in
                trimmed.utf8.suffix(length).elementsEqual(Self.openingBytes.prefix(length))
            }
            text = trimmed
            marker = cut ? .damaged : .none
            return
        }
        text = String(decoding: bytes[..<start], as: UTF8.self).trimmingBlanksAtEnd
        let rest = String(decoding: bytes[start...], as: UTF8.self).trimmingBlanksAtEnd
        marker = Self.read(rest).map(Marker.whole) ?? .damaged
    }

    private static let openingBytes = Array(opening.utf8)

    /// Where the first opening begins; nil where there is none.
    private static func start(in bytes: [UInt8]) -> Int? {
        let opening = openingBytes
        guard bytes.count >= opening.count else { return nil }
        return (0...bytes.count - opening.count).first { start in
            bytes[start] == opening[0] && bytes[start..<start + opening.count].elementsEqual(opening)
        }
    }

    /// The user's text with the marker behind it; nil where both are absent.
    package static func join(text: String?, marker: OwnershipMarker?) -> String? {
        guard let marker else { return text }
        let text = (text ?? "").trimmingBlanksAtEnd
        return text.isEmpty ? marker.text : "\(text) \(marker.text)"
    }

    /// What a description holds of a marker: a whole one without what it says of the rows, a damaged one as it stands;
    /// nil where there is none.
    package static func markerText(of description: String?) -> String? {
        switch MarkedDescription(parsing: description).marker {
        case .none: return nil
        case .whole(var marker):
            marker.data = nil
            return marker.text
        case .damaged:
            let whole = (description ?? "").trimmingBlanksAtEnd
            return whole.firstRange(of: opening).map { String(whole[$0.lowerBound...]) } ?? String(whole.suffix(9))
        }
    }

    private static func read(_ text: String) -> OwnershipMarker? {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.last == UInt8(ascii: "]") else { return nil }
            var rest = bytes[..<(bytes.count - 1)]
            /// The next word, where it begins so, without that.
            func take(_ prefix: StaticString) -> String? {
                let length = prefix.utf8CodeUnitCount
                let end = rest.firstIndex(of: UInt8(ascii: " ")) ?? rest.endIndex
                guard end - rest.startIndex >= length,
                    memcmp(bytes.baseAddress! + rest.startIndex, prefix.utf8Start, length) == 0
                else { return nil }
                let value = String(decoding: rest[(rest.startIndex + length)..<end], as: UTF8.self)
                rest = rest[min(end + 1, rest.endIndex)...]
                return value
            }
            guard take("[reconcile") == "", let owner = take("owner="), let key = take("key=") else { return nil }
            guard isKey(owner), isKey(key) else { return nil }
            var marker = OwnershipMarker(owner: owner, key: key, isProtected: take("protect") == "")
            if let data = take("data=") {
                let parts = data.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
                guard parts.count == 2, let version = Int(Substring(parts[0])),
                    Digest128(String(Substring(parts[1]))) != nil, let at = take("at=").flatMap({ Int($0) })
                else { return nil }
                marker.data = OwnershipMarker.Data(version: version, digest: String(Substring(parts[1])), at: at)
            }
            // What is written back must be what was read, or an edited marker could pass for a whole one.
            return marker.text.utf8.elementsEqual(bytes) ? marker : nil
        }
    }

    /// Whether a text may be an owner or a key: `[a-z0-9][a-z0-9._-]{0,62}`.
    package static func isKey(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= 63 else { return false }
        return text.utf8.allSatisfy {
            isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
    }
}

extension String {
    /// Without blanks and line breaks at the end.
    package var trimmingBlanksAtEnd: String {
        // Nearly always so, and looking up what a scalar is takes its time.
        if let last = utf8.last, last > 0x20, last < 0x7F { return self }
        var scalars = unicodeScalars[...]
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}
