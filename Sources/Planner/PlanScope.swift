/// What a plan is about, where it is not about everything.
package struct PlanScope: Sendable, Hashable {
    /// Nil where all manifests are meant.
    package var restriction: Restriction?
    /// Whether it undoes what somebody changed in the account, and nothing else.
    package var isDriftOnly = false
    /// What a reader should know of the plan as a whole.
    package var notes: [String] = []

    package init() {}

    /// Whether some of what the manifests ask for is left out: such a plan never deletes.
    package var isPartial: Bool { restriction != nil || isDriftOnly }
}
