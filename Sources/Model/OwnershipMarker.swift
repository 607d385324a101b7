/// Ownership that travels with a connection: `[reconcile owner=… key=… protect data=1:<hex> at=<seconds>]`, at the
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
        var words = ["[reconcile", "owner=\(owner)", "key=\(key)"]
        if isProtected { words.append("protect") }
        if let data { words += ["data=\(data.version):\(data.digest)", "at=\(data.at)"] }
        return words.joined(separator: " ") + "]"
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
        let whole = description ?? ""
        guard let start = whole.firstRange(of: Self.opening)?.lowerBound else {
            // The service may have cut the description in the middle of the opening.
            let trimmed = whole.trimmingBlanksAtEnd
            let cut = (4..<Self.opening.count).contains { trimmed.hasSuffix(Self.opening.prefix($0)) }
            text = trimmed
            marker = cut ? .damaged : .none
            return
        }
        text = String(whole[..<start]).trimmingBlanksAtEnd
        let rest = String(whole[start...]).trimmingBlanksAtEnd
        marker = Self.read(rest).map(Marker.whole) ?? .damaged
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
        guard text.hasSuffix("]") else { return nil }
        var words = text.dropLast().split(separator: " ", omittingEmptySubsequences: false)[...]
        func take(_ prefix: String) -> String? {
            guard let word = words.first, word.hasPrefix(prefix) else { return nil }
            words.removeFirst()
            return String(word.dropFirst(prefix.count))
        }
        guard take("[reconcile") == "", let owner = take("owner="), let key = take("key=") else { return nil }
        guard isKey(owner), isKey(key) else { return nil }
        var marker = OwnershipMarker(owner: owner, key: key, isProtected: take("protect") == "")
        if let data = take("data=") {
            let parts = data.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let version = Int(parts[0]), Digest128(String(parts[1])) != nil,
                let at = take("at=").flatMap({ Int($0) })
            else { return nil }
            marker.data = OwnershipMarker.Data(version: version, digest: String(parts[1]), at: at)
        }
        // What is written back must be what was read, or an edited marker could pass for a whole one.
        return words.isEmpty && marker.text == text ? marker : nil
    }

    /// Whether a text may be an owner or a key: `[a-z0-9][a-z0-9._-]{0,62}`.
    package static func isKey(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= 63 else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }
}

extension String {
    /// Without blanks and line breaks at the end.
    package var trimmingBlanksAtEnd: String {
        var scalars = unicodeScalars[...]
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}
