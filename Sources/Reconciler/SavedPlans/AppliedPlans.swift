import Planner
import Platform
import StateStore

/// Which saved plans were carried out from a state directory: `applied-plans` in it, `TIME IDENTITY` on a line.
///
/// A plan that changed something does not fit any more afterwards; this also catches those that had nothing to change.
struct AppliedPlans {
    /// Lines that are kept; a plan grows too old long before.
    private static let limit = 1000

    private let path: String

    init(stateDirectory: String) { path = stateDirectory + "/applied-plans" }

    /// Throws where that plan was carried out before.
    func check(_ plan: SavedPlan) throws(StepFailure) {
        for line in lines where line.hasSuffix(" \(plan.identity)") {
            let time = line.split(separator: " ").first.flatMap { Int($0) }
            throw StepFailure(
                .planOutdated,
                "the plan was carried out already\(time.map { ", at \(CivilTime(utc: Double($0)).rfc3339)" } ?? "")",
                help: SavedPlan.nextStep)
        }
    }

    /// On disk when it returns. The lock on the state must be held.
    func record(_ plan: SavedPlan, at time: Int) throws(StepFailure) {
        let lines = (lines + ["\(time) \(plan.identity)"]).suffix(Self.limit)
        do {
            let text = lines.map { $0 + "\n" }.joined()
            try PrivateFile.write(Array(text.utf8), to: path, makingDirectory: true)
        } catch {
            throw StepFailure(error)
        }
    }

    private var lines: [String] {
        guard let bytes = try? Descriptor(path, .reading).readAll(limit: 1 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
