/// One line of the contract, held against what the service does.
package struct DoctorFinding: Sendable, Hashable {
    package enum Verdict: String, Sendable, Hashable {
        /// As the contract says.
        case agrees
        /// Otherwise, in a way that is known and understood.
        case deviates
        /// Otherwise, and something of this tool does not work so.
        case broken
        /// Could not be tried.
        case skipped
    }

    package var verdict: Verdict
    /// The operation of the contract, or what else is looked at: `connection`, `clock`, `keys`.
    package var line: String
    package var expected: String
    package var came: String
    /// What it means for this tool; empty where all is as expected.
    package var meaning: String
    /// A short name of the deviation, the same for the same behaviour; nil where there is none.
    package var deviation: String?

    init(
        _ verdict: Verdict, _ line: String, expected: String, came: String, meaning: String = "",
        deviation: String? = nil
    ) {
        self.verdict = verdict
        self.line = line
        self.expected = expected
        self.came = came
        self.meaning = meaning
        self.deviation = deviation
    }
}
