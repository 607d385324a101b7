/// How much is uploaded at one time, by all connections of a pass together.
package struct UploadLimits: Sendable, Hashable {
    /// Requests that are under way, at most.
    package var requests = 32
    /// Bytes of bodies under way, at most; a single larger body still goes up, alone. Each body is in memory twice.
    package var bytes = 12 << 20
    /// Requests whose bodies are still going out, at most: more of them would not go out any faster, only hold memory.
    package var sending = 2

    package init() {}
}
