/// Which requests fail and how, by their number.
///
/// Form: rules separated by commas, each `KIND[=VALUE]@[METHOD:]N`, where N is a number from 1, a range `N-M`, an open
/// range `N-`, or `*` for all. With METHOD, the requests of that method are counted. The first rule that fits counts.
/// Example: `cut_after@3,error_before=502@5-7,rate_limited=date:1@POST:2`.
package struct FaultPlan: Sendable, Hashable {
    /// One rule of a plan.
    package struct Rule: Sendable, Hashable {
        package var fault: Fault
        /// The method whose requests are counted; nil counts all.
        package var method: String?
        /// The first and the last number, both from 1.
        package var numbers: ClosedRange<Int>

        package init(_ fault: Fault, method: String? = nil, numbers: ClosedRange<Int>) {
            self.fault = fault
            self.method = method
            self.numbers = numbers
        }
    }

    package var rules: [Rule]

    package init(_ rules: [Rule] = []) { self.rules = rules }

    /// Errors: `EmulatorError` that says what is expected, or lists the known kinds.
    package init(parsing text: String) throws(EmulatorError) {
        rules = []
        for piece in text.split(whereSeparator: { $0 == "," || $0 == " " }) { rules.append(try Self.rule(piece)) }
    }

    /// The fault of a request, given its number among all and among those of its method.
    package func fault(number: Int, method: String, numberOfMethod: Int) -> Fault? {
        rules.first { rule in
            guard let wanted = rule.method else { return rule.numbers.contains(number) }
            return wanted == method && rule.numbers.contains(numberOfMethod)
        }?.fault
    }

    private static func rule(_ text: Substring) throws(EmulatorError) -> Rule {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let fault = try Fault(parsing: parts[0])
        let expected = "write for example \(fault.kind.rawValue)@3, @3-5, @3-, @* or @POST:1"
        guard parts.count == 2 else { throw EmulatorError("fault \"\(text)\": which request? \(expected)") }
        let place = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard place.count <= 2, let last = place.last, let numbers = numbers(last) else {
            throw EmulatorError("fault \"\(text)\": \"\(parts[1])\" is not a request number; \(expected)")
        }
        return Rule(fault, method: place.count == 2 ? place[0].uppercased() : nil, numbers: numbers)
    }

    private static func numbers(_ text: Substring) -> ClosedRange<Int>? {
        if text == "*" { return 1...Int.max }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = Int(ends[0]), first > 0 else { return nil }
        switch ends.count {
        case 1: return first...first
        case 2 where ends[1].isEmpty: return first...Int.max
        case 2:
            guard let last = Int(ends[1]), last >= first else { return nil }
            return first...last
        default: return nil
        }
    }
}
