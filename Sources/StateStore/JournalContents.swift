import Model

/// What a journal holds, and how far it is good.
struct JournalContents: Sendable {
    var applied: AppliedState
    /// Bytes of all whole lines; what comes after is torn.
    var goodLength = 0
    /// Whether something comes after.
    var isTorn = false
    /// The sum of the last whole line.
    var lastSum = JournalFormat.start
    var lineCount = 0
    /// What it was written for, see `StateIdentity.brandDigest`; nil where an older version wrote it, or without keys.
    var brand: String?

    /// Lines that a rewritten journal has.
    var liveLines: Int { Self.liveLines(of: applied) }

    static func liveLines(of applied: AppliedState) -> Int {
        1 + applied.connections.count + (applied.deletions.isEmpty ? 0 : 1)
    }
}
