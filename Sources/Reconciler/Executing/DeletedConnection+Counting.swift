import Model
import Platform

extension DeletedConnection {
    /// Times of deletes as the limit has to count them: those on record, and those of which only the copy tells because
    /// the process was killed, or the answer got lost, before the record.
    static func deletions(
        recorded: [Int], stateDirectory: String, actual: ActualState, now: Int
    ) -> [Int] {
        let names = ((try? Directory.list(stateDirectory + "/deleted")) ?? []).map(\.name)
        let there = Set(actual.connections.map { ConnectionFileName.escaped($0.uuid) })
        let times = names.compactMap(parse).filter { copy in
            // Of one that a clock that was ahead wrote nobody could ever tell that it is a day old.
            !there.contains(copy.uuid) && now - copy.time < 24 * 60 * 60
                && copy.time <= now + DataStamp.clockTolerance
        }
        // Several copies of one connection are tries at one delete.
        let copies = Dictionary(times.map { ($0.uuid, $0.time) }, uniquingKeysWith: max)
        let unrecorded = copies.count - recorded.filter { now - $0 < 24 * 60 * 60 }.count
        return recorded + copies.values.sorted().suffix(max(0, unrecorded))
    }

    /// The parts of `KEY-UUID-TIME.json`.
    private static func parse(_ name: String) -> (uuid: String, time: Int)? {
        guard name.hasSuffix(".json") else { return nil }
        let parts = name.dropLast(5).split(separator: "-")
        guard parts.count > 6, let time = Int(parts[parts.count - 1]) else { return nil }
        return (parts.dropLast().suffix(5).joined(separator: "-"), time)
    }
}
