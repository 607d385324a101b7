/// A regular expression that is looked for in values, in time that grows with their length alone.
///
/// The automaton is made deterministic as texts ask for it (as RE2 does), so no pattern and no value can hold it up.
package struct ValuePattern: Sendable {
    private struct State {
        var nodes: [Int]
        var isMatch: Bool
        var isMatchAtEnd: Bool
    }

    private let program: PatternProgram
    private var states: [State] = []
    /// The state behind each state and ASCII character; -1 where it is not known yet.
    private var table: [Int32] = []
    private var numbers: [[Int]: Int] = [:]
    private var begin = 0

    /// States that are kept; then they are made anew.
    private static let maxStates = 500

    /// Errors: what is wrong with the text of the pattern.
    package init(_ text: String) throws(PatternFault) {
        program = try PatternParser.program(text)
        reset()
    }

    private mutating func reset() {
        states.removeAll()
        table.removeAll()
        numbers.removeAll()
        begin = number(of: closure([program.first], isAtStart: true))
    }

    /// Whether the UTF-8 text holds a match.
    package mutating func isFound(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var state = begin
        var offset = 0
        while !states[state].isMatch {
            if offset >= text.count { return states[state].isMatchAtEnd }
            let byte = text[offset]
            if byte < 0x80 {
                offset += 1
                let known = table[state << 7 | Int(byte)]
                state = known >= 0 ? Int(known) : step(from: state, UInt32(byte))
            } else {
                let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
                var scalar = UInt32(byte) & (0x7F >> UInt32(length))
                for place in offset + 1..<min(offset + length, text.count) {
                    scalar = scalar << 6 | UInt32(text[place] & 0x3F)
                }
                offset += length
                state = step(from: state, scalar)
            }
        }
        return true
    }

    private mutating func step(from state: Int, _ scalar: UInt32) -> Int {
        // A match may begin behind each character.
        var targets = [program.first]
        for node in states[state].nodes {
            if case .scalars(let set, let next) = program.nodes[node], set.contains(scalar) { targets.append(next) }
        }
        let nodes = closure(targets, isAtStart: false)
        if states.count >= Self.maxStates {
            reset()
            return number(of: nodes)
        }
        let found = number(of: nodes)
        if scalar < 0x80 { table[state << 7 | Int(scalar)] = Int32(found) }
        return found
    }

    private mutating func number(of nodes: [Int]) -> Int {
        if let known = numbers[nodes] { return known }
        let atEnd = closure(nodes, isAtStart: false, isAtEnd: true)
        states.append(
            State(nodes: nodes, isMatch: nodes.contains(where: isMatch), isMatchAtEnd: atEnd.contains(where: isMatch)))
        table.append(contentsOf: repeatElement(-1, count: 128))
        numbers[nodes] = states.count - 1
        return states.count - 1
    }

    private func isMatch(_ node: Int) -> Bool {
        if case .match = program.nodes[node] { true } else { false }
    }

    /// The nodes that can be come to without a character, sorted.
    private func closure(_ from: [Int], isAtStart: Bool, isAtEnd: Bool = false) -> [Int] {
        var seen: Set<Int> = []
        var open = from
        while let node = open.popLast() {
            guard seen.insert(node).inserted else { continue }
            switch program.nodes[node] {
            case .split(let left, let right): open += [left, right]
            case .start(let next) where isAtStart: open.append(next)
            case .end(let next) where isAtEnd: open.append(next)
            case .scalars, .start, .end, .match: break
            }
        }
        return seen.sorted()
    }
}
