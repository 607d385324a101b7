extension MarkedDescription {
    /// The key that a damaged marker of this owner still names whole; nil where it cannot be told.
    ///
    /// It proves nothing: it only tells for which manifest such a connection must not be created a second time.
    package static func legibleKey(in description: String?, owner: String) -> String? {
        guard let description, let opening = description.firstRange(of: opening) else { return nil }
        let rest = description[opening.upperBound...]
        guard let ownerEnd = rest.firstRange(of: " owner=\(owner) ")?.upperBound,
            let keyStart = rest.firstRange(of: " key=")?.upperBound, keyStart >= ownerEnd
        else { return nil }
        let key = rest[keyStart...].prefix { $0 != " " && $0 != "]" }
        // A key at the very end may itself be cut.
        return key.endIndex < rest.endIndex && isKey(String(key)) ? String(key) : nil
    }
}
