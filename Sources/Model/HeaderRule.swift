/// Which headers may be shown: the one place that knows.
package enum HeaderRule {
    /// They hold no secret unless one was put in; all others are sensitive by their place.
    private static let plain: Set<String> = ["accept", "content-type", "user-agent"]

    /// Whether the value of that header may be shown, unless it came from a secret.
    package static func mayShow(_ name: String) -> Bool { plain.contains(name.lowercased()) }
}
