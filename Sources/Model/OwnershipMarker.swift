/// Ownership that travels with a connection: `[reconcile owner=… key=… protect data=2:<hex> at=<seconds> def=<hex>]`,
/// at the end of its description, because the API has no tags.
package struct OwnershipMarker: Sendable, Hashable {
    package var owner: String
    package var key: String
    package var isProtected: Bool
    /// Nil while rows may be missing.
    package var data: DataStamp?
    /// What the definition was when we wrote it last; nil in markers of before.
    package var definition: DefinitionDigest?

    package init(
        owner: String, key: String, isProtected: Bool = false, data: DataStamp? = nil,
        definition: DefinitionDigest? = nil
    ) {
        self.definition = definition
        self.owner = owner
        self.key = key
        self.isProtected = isProtected
        self.data = data
    }

    package var text: String {
        var words = ["[reconcile", "owner=\(owner)", "key=\(key)"]
        if isProtected { words.append("protect") }
        if let data { words += ["data=\(data.version):\(data.digest)", "at=\(data.at)"] }
        if let definition { words.append("def=\(definition.text)") }
        return words.joined(separator: " ") + "]"
    }
}

/// A description taken apart: the user's text, and what stands there of a marker.
package struct MarkedDescription: Sendable, Hashable {
    package enum Marker: Sendable, Hashable {
        /// Nothing of one is there.
        case absent
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
            (text, marker) = ("", .absent)
            return
        }
        // By bytes: a plan takes thousands of descriptions apart, and searching characters took most of its time.
        var whole = description.trimmingBlanksAtEnd
        let found = whole.withUTF8 { bytes -> (start: Int, marker: OwnershipMarker?)? in
            guard let start = MarkerScanner.start(in: bytes) else { return nil }
            return (start, MarkerScanner.marker(in: UnsafeBufferPointer(rebasing: bytes[start...])))
        }
        guard let found else {
            // The service may have cut the description in the middle of the opening.
            let opening = Self.opening.utf8
            let cut = (4..<opening.count).contains { length in
                whole.utf8.suffix(length).elementsEqual(opening.prefix(length))
            }
            text = whole
            marker = cut ? .damaged : .absent
            return
        }
        text = String(Substring(whole.utf8.prefix(found.start))).trimmingBlanksAtEnd
        marker = found.marker.map(Marker.whole) ?? .damaged
    }

    static let openingBytes: StaticString = "[reconcile"

    /// The user's text with the marker behind it; nil where both are absent.
    package static func join(text: String?, marker: OwnershipMarker?) -> String? {
        guard let marker else { return text }
        let text = (text ?? "").trimmingBlanksAtEnd
        return text.isEmpty ? marker.text : "\(text) \(marker.text)"
    }

    /// What a description holds of a marker: a whole one without what it says of the rows and of the definition, a
    /// damaged one as it stands;
    /// nil where there is none.
    package static func markerText(of description: String?) -> String? {
        switch MarkedDescription(parsing: description).marker {
        case .absent: return nil
        case .whole(var marker):
            marker.data = nil
            marker.definition = nil
            return marker.text
        case .damaged:
            let whole = (description ?? "").trimmingBlanksAtEnd
            return whole.firstRange(of: opening).map { String(whole[$0.lowerBound...]) } ?? String(whole.suffix(9))
        }
    }

    /// Whether a text may be an owner or a key: `[a-z0-9][a-z0-9._-]{0,62}`.
    package static func isKey(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { MarkerScanner.isKey($0) }
    }
}

extension String {
    /// Without blanks and line breaks at the end.
    package var trimmingBlanksAtEnd: String {
        // Nearly every text ends in a letter or a bracket, and the tables of Unicode need not be asked.
        if let last = utf8.last, (0x21...0x7E).contains(last) { return self }
        var scalars = unicodeScalars[...]
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}
