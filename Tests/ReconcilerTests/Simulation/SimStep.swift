import TestSupport

/// One thing that happens in a simulation; what exactly is drawn from its own seed, so that others may be left out.
struct SimStep: Equatable, CustomStringConvertible {
    enum Kind: CaseIterable {
        /// Somebody edits manifests or data.
        case edit
        /// Somebody changes the account in the service's own pages.
        case meddle
        /// A pass, with faults of network, disk and power.
        case pass
        /// A pass that meets faults of the network and is killed, with a disk that keeps what it has.
        case killedPass
        /// A pass without any, compared with what it planned.
        case quietPass
        case dryRun
        /// The daemon turns for a while.
        case daemon
        /// Two processes with state of their own at once.
        case both
        /// A pass of a second machine, with state of its own.
        case elsewhere
        /// Another owner's pass.
        case others
        case time
        case clockSetBack
        case clockAhead
        case loseState
        case oldState
        /// A plan is saved, and carried out later.
        case savePlan
        case applyPlan
        case newSecret
    }

    var kind: Kind
    var seed: UInt64

    var description: String { "\(kind)(\(seed))" }

    private static let weights: [(Kind, Int)] = [
        (.edit, 26), (.meddle, 12), (.pass, 16), (.killedPass, 8), (.quietPass, 6), (.dryRun, 3), (.daemon, 6),
        (.both, 4), (.elsewhere, 4), (.others, 3),
        (.time, 6), (.clockSetBack, 2), (.clockAhead, 3), (.loseState, 2), (.oldState, 2), (.savePlan, 2),
        (.applyPlan, 2),
        (.newSecret, 1),
    ]

    static func history(_ random: inout SeededRandom) -> [SimStep] {
        // Half of the machines never lose their memory, so that of each row it is known whether it may be there.
        let remembers = Bool.random(using: &random)
        let lossy: Set<Kind> = [.pass, .both, .elsewhere, .loseState, .oldState]
        let weights = Self.weights.filter { !remembers || !lossy.contains($0.0) }
        let total = weights.reduce(0) { $0 + $1.1 }
        return (0..<Int.random(in: 4...18, using: &random)).map { _ in
            var left = Int.random(in: 0..<total, using: &random)
            let kind = weights.first { weight in
                left -= weight.1
                return left < 0
            }!.0
            return SimStep(kind: kind, seed: UInt64(UInt32.random(in: 0...UInt32.max, using: &random)))
        }
    }
}
