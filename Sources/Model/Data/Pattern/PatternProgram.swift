/// A pattern taken apart: a nondeterministic automaton over Unicode scalars (Thompson's construction).
struct PatternProgram: Sendable {
    enum Node: Sendable {
        case scalars(ScalarSet, next: Int)
        case split(Int, Int)
        case start(next: Int)
        case end(next: Int)
        case match
    }

    var nodes: [Node] = []
    var first = 0

    /// What a pattern may come to: each scalar of a text is looked at once, by so many nodes at most.
    static let maxNodes = 4000
}

/// Scalars, as ranges.
struct ScalarSet: Sendable, Hashable {
    var ranges: [ClosedRange<UInt32>] = []
    var isInverted = false

    func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isInverted }

    static let digits = ScalarSet(ranges: [0x30...0x39])
    static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet(ranges: [0x09...0x0D, 0x20...0x20, 0x85...0x85, 0xA0...0xA0, 0x2028...0x2029])
    static let anyButLineEnd = ScalarSet(ranges: [0x0A...0x0A], isInverted: true)

    /// The same with the letters of ASCII in both cases.
    var inBothCases: ScalarSet {
        var set = self
        for range in ranges {
            for (from, to) in [(UInt32(0x41), UInt32(0x61)), (0x61, 0x41)] {
                let (low, high) = (max(range.lowerBound, from), min(range.upperBound, from + 25))
                if low <= high { set.ranges.append(low - from + to...high - from + to) }
            }
        }
        return set
    }
}

/// Reads the text of a pattern: literals, `.`, classes, `\d \w \s`, groups, `|`, `* + ? {n,m}`, `^` and `$`.
struct PatternParser {
    private indirect enum Tree {
        case empty
        case scalars(ScalarSet)
        case start, end
        case sequence([Tree])
        case either([Tree])
        case repeated(Tree, min: Int, max: Int?)
    }

    private var rest: Substring.UnicodeScalarView
    private var program = PatternProgram()
    private var ignoresCase = false
    private var depth = 0

    static func program(_ text: String) throws(PatternFault) -> PatternProgram {
        var parser = PatternParser(rest: Substring(text).unicodeScalars)
        if text.hasPrefix("(?i)") {
            parser.ignoresCase = true
            parser.rest = parser.rest.dropFirst(4)
        }
        let tree = try parser.alternatives()
        if !parser.rest.isEmpty { throw PatternFault("a ) without its (") }
        let match = try parser.add(.match)
        parser.program.first = try parser.emit(tree, next: match)
        return parser.program
    }

    private init(rest: Substring.UnicodeScalarView) {
        self.rest = rest
    }

    // MARK: - Parsing

    private mutating func alternatives() throws(PatternFault) -> Tree {
        depth += 1
        defer { depth -= 1 }
        if depth > 100 { throw PatternFault("groups are nested too deep") }
        var branches = [try sequence()]
        while rest.first == "|" {
            rest.removeFirst()
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .either(branches)
    }

    private mutating func sequence() throws(PatternFault) -> Tree {
        var parts: [Tree] = []
        while let next = rest.first, next != "|", next != ")" { parts.append(try repeated(try atom())) }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom() throws(PatternFault) -> Tree {
        let scalar = rest.removeFirst()
        switch scalar {
        case "^": return .start
        case "$": return .end
        case ".": return .scalars(.anyButLineEnd)
        case "[": return .scalars(try characterClass())
        case "(":
            if rest.starts(with: "?:".unicodeScalars) {
                rest = rest.dropFirst(2)
            } else if rest.first == "?" {
                throw PatternFault("(?…) other than (?:…), and (?i) at the beginning")
            }
            let inner = try alternatives()
            guard rest.popFirst() == ")" else { throw PatternFault("a ( without its )") }
            return inner
        case "*", "+", "?", "{":
            throw PatternFault("\(scalar) with nothing to repeat; write \\\(scalar) for the character")
        case "\\": return .scalars(try escape(inClass: false))
        default: return .scalars(ScalarSet(ranges: [scalar.value...scalar.value]))
        }
    }

    private mutating func repeated(_ atom: Tree) throws(PatternFault) -> Tree {
        var (low, high): (Int, Int?)
        switch rest.first {
        case "*": (low, high) = (0, nil)
        case "+": (low, high) = (1, nil)
        case "?": (low, high) = (0, 1)
        case "{":
            guard let end = rest.firstIndex(of: "}") else { throw PatternFault("a { without its }") }
            let bounds = String(rest[rest.index(after: rest.startIndex)..<end])
            let parts = bounds.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard parts.count <= 2, let least = Int(parts[0]), least >= 0, least <= 1000,
                parts.count == 1 || parts[1].isEmpty || (Int(parts[1]).map { $0 >= least && $0 <= 1000 } ?? false)
            else { throw PatternFault("{\(bounds)}: a count is {n}, {n,} or {n,m}, at most 1000") }
            (low, high) = (least, parts.count == 1 ? least : Int(parts[1]))
            rest = rest[end...]
        default: return atom
        }
        rest.removeFirst()
        // Whether the shortest or the longest is taken makes no difference to whether there is one.
        if rest.first == "?" { rest.removeFirst() }
        if let next = rest.first, next == "*" || next == "+" || next == "?" {
            throw PatternFault("two repetitions in a row")
        }
        return .repeated(atom, min: low, max: high)
    }

    private mutating func escape(inClass: Bool) throws(PatternFault) -> ScalarSet {
        guard let letter = rest.popFirst() else { throw PatternFault("a \\ at the end") }
        func inverted(_ set: ScalarSet) throws(PatternFault) -> ScalarSet {
            if inClass { throw PatternFault("\\\(letter) within [ ]") }
            return ScalarSet(ranges: set.ranges, isInverted: true)
        }
        switch letter {
        case "d": return .digits
        case "w": return .word
        case "s": return .space
        case "D": return try inverted(.digits)
        case "W": return try inverted(.word)
        case "S": return try inverted(.space)
        case "n": return ScalarSet(ranges: [0x0A...0x0A])
        case "r": return ScalarSet(ranges: [0x0D...0x0D])
        case "t": return ScalarSet(ranges: [0x09...0x09])
        default:
            if letter.properties.isAlphabetic || ("0"..."9").contains(letter) {
                throw PatternFault("\\\(letter), which is not known here")
            }
            return ScalarSet(ranges: [letter.value...letter.value])
        }
    }

    private mutating func characterClass() throws(PatternFault) -> ScalarSet {
        var set = ScalarSet()
        if rest.first == "^" {
            set.isInverted = true
            rest.removeFirst()
        }
        var isFirst = true
        while let scalar = rest.popFirst() {
            if scalar == "]", !isFirst { return set }
            isFirst = false
            var low = ScalarSet(ranges: [scalar.value...scalar.value])
            if scalar == "\\" { low = try escape(inClass: true) }
            guard rest.first == "-", let next = rest.dropFirst().first, next != "]" else {
                set.ranges += low.ranges
                continue
            }
            rest = rest.dropFirst(2)
            let high = next == "\\" ? try escape(inClass: true) : ScalarSet(ranges: [next.value...next.value])
            guard low.ranges.count == 1, high.ranges.count == 1, low.ranges[0].count == 1, high.ranges[0].count == 1,
                low.ranges[0].lowerBound <= high.ranges[0].lowerBound
            else { throw PatternFault("a range within [ ] that is none") }
            set.ranges.append(low.ranges[0].lowerBound...high.ranges[0].lowerBound)
        }
        throw PatternFault("a [ without its ]")
    }

    // MARK: - Nodes

    private mutating func add(_ node: PatternProgram.Node) throws(PatternFault) -> Int {
        if program.nodes.count >= PatternProgram.maxNodes {
            throw PatternFault("it comes to too much: use smaller counts")
        }
        program.nodes.append(node)
        return program.nodes.count - 1
    }

    /// Adds the nodes of a tree in front of `next`; the first of them.
    private mutating func emit(_ tree: Tree, next: Int) throws(PatternFault) -> Int {
        switch tree {
        case .empty: return next
        case .scalars(let set): return try add(.scalars(ignoresCase ? set.inBothCases : set, next: next))
        case .start: return try add(.start(next: next))
        case .end: return try add(.end(next: next))
        case .sequence(let parts):
            var following = next
            for part in parts.reversed() { following = try emit(part, next: following) }
            return following
        case .either(let branches):
            var following = try emit(branches[branches.count - 1], next: next)
            for branch in branches.dropLast().reversed() {
                following = try add(.split(try emit(branch, next: next), following))
            }
            return following
        case .repeated(let part, let low, let high):
            var following = next
            if let high {
                for _ in low..<max(low, high) { following = try add(.split(try emit(part, next: following), next)) }
            } else {
                let loop = try add(.split(next, next))
                program.nodes[loop] = .split(try emit(part, next: loop), next)
                following = loop
            }
            for _ in 0..<low { following = try emit(part, next: following) }
            return following
        }
    }
}

/// What is wrong with a pattern, to be read behind "the pattern has ".
package struct PatternFault: Error, Sendable, Hashable {
    package var message: String

    init(_ message: String) { self.message = message }
}
