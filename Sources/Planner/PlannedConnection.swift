import Model

/// What a pass is going to do about one connection: which one it is, and what comes of it.
package struct PlannedConnection: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        /// In the order in which they are carried out; empty where nothing is to be done.
        case steps([Action])
        /// Nothing is done: steps that must not be taken, or what is wrong with its data files. It stops this connection
        /// and nothing else.
        case stopped([Refusal], [Diagnostic])
    }

    /// Which connection it is about.
    package let located: LocatedConnection
    package var outcome: Outcome
    /// What a reader should know though nothing is done about it.
    package var notes: [String]
    /// What goes to the API where a definition is sent; nil where nothing may be.
    package var sending: DefinitionToSend?
    /// The data set as surveyed; nil for connections without files.
    package var data: DataSummary?
    /// What the rows are known to be: what the marker says, or will say of an upload whose end it missed.
    package var knownData: DataStamp?
    /// Why more would be done for it in a run that is not about drift alone.
    package var leftOut: [Cause] = []

    package init(_ located: LocatedConnection, _ outcome: Outcome = .steps([]), notes: [String] = []) {
        self.located = located
        self.outcome = outcome
        self.notes = notes
        knownData = located.stamp
    }

    package var key: String { located.key }
    /// What the connection is called in the account.
    package var name: String { located.name }
    /// Nil while there is no connection yet, or where it could not be told which one it is.
    package var uuid: String? { located.uuid }
    package var desired: DesiredConnection? { located.desired }
    package var actual: ActualConnection? { located.actual }
    package var applied: AppliedConnection? { located.applied }
    package var origin: LocatedConnection.Origin { located.origin }

    package var actions: [Action] {
        if case .steps(let actions) = outcome { actions } else { [] }
    }

    package var refusals: [Refusal] {
        if case .stopped(let refusals, _) = outcome { refusals } else { [] }
    }

    package var problems: [Diagnostic] {
        if case .stopped(_, let problems) = outcome { problems } else { [] }
    }

    /// Whether it begins with a create: then every row is new.
    package var isCreated: Bool {
        if case .create = actions.first { true } else { false }
    }

    package var isStopped: Bool {
        if case .stopped = outcome { true } else { false }
    }

    /// Whether nothing is done about it, nothing stands in its way, and nothing is to be said of it: nearly every
    /// connection of a plan is like that.
    package var isQuiet: Bool { actions.isEmpty && !isStopped && notes.isEmpty }

    /// The marker to send, without `data`; nil where ownership lives in state.
    package var marker: OwnershipMarker? { sending?.marker }

    /// The definition as it goes to the API, with a marker that says that of the rows and of the definition.
    package func definition(data: DataStamp?, _ digest: DefinitionDigest?) -> Definition? {
        sending?.definition(data: data, digest)
    }

    /// Takes everything back that was planned.
    mutating func stop(_ refusal: Refusal) { outcome = .stopped(refusals + [refusal], problems) }
}

/// A definition as a PUT or a create carries it.
package struct DefinitionToSend: Sendable, Hashable {
    /// Its description is the user's text.
    package var base: Definition
    /// Without `data`; nil where ownership lives in state.
    package var marker: OwnershipMarker?
    /// Why the marker is written, moved, repaired or taken away.
    package var ownershipCauses: [Cause] = []
    /// Fields that a run about drift alone leaves as the account has them.
    package var heldBack: Set<String> = []

    func definition(data: DataStamp?, _ digest: DefinitionDigest?) -> Definition {
        var definition = base
        var marker = marker
        marker?.data = data
        marker?.definition = digest
        definition.description = MarkedDescription.join(text: definition.description, marker: marker)
        return definition
    }
}
