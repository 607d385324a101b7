import APIClient
import Model
import Planner

/// Nothing locks an account: a second run, elsewhere, may create the same connection at the same moment. Both look at the
/// list after their creates and come to the same one without a word between them.
extension Executor {
    /// Seconds between the looks for which the other run is waited for.
    private static let pauses = [0.25, 0.5, 1, 1, 1.5, 1.5]

    /// Leaves one connection of each that was made twice. That of the smaller uuid stays; where the other does not go
    /// away in a few seconds, its run does not look any more and goes on with it, so ours is taken away.
    ///
    /// Returns what the first of the lists shows, by uuid: all of the new connections in one request.
    func settleTwins(
        among runs: inout [ConnectionRun], _ stop: StopSignal
    ) async -> [String: ActualConnection] {
        let created = runs.indices.filter { runs[$0].result.failure == nil && runs[$0].uuid != nil }
        // Where nothing is marked there are no twins to tell, and one connection is cheaper read by itself.
        if created.isEmpty || created.count == 1 && runs[created[0]].planned.marker == nil { return [:] }
        var open = created
        var shown: [String: ActualConnection] = [:]
        for pause in [0] + Self.pauses {
            if pause > 0, (try? await time.sleep(seconds: pause)) == nil { return shown }
            guard let listed = await list(open.map { runs[$0] }) else { return shown }
            if shown.isEmpty { shown = Dictionary(listed.map { ($0.uuid, $0) }) { first, _ in first } }
            if pause == 0 { open.removeAll { runs[$0].planned.marker == nil } }
            var waiting: [Int] = []
            let marked = Self.marked(listed)
            for index in open {
                guard let twin = Self.twin(of: runs[index], in: marked) else { continue }
                if twin < runs[index].uuid ?? "" {
                    await yield(&runs[index], to: twin, stop)
                } else {
                    waiting.append(index)
                }
            }
            open = waiting
            if open.isEmpty { return shown }
        }
        guard let listed = await list(open.map { runs[$0] }) else { return shown }
        let marked = Self.marked(listed)
        for index in open {
            if let twin = Self.twin(of: runs[index], in: marked) { await yield(&runs[index], to: twin, stop) }
        }
        return shown
    }

    private func list(_ runs: [ConnectionRun]) async -> [ActualConnection]? {
        do throws(APIError) {
            return try await reader.listConnections()
        } catch {
            for run in runs {
                observer.warned(
                    "nobody could look whether another run created it at the same time: \(error.cause)",
                    key: run.planned.key)
            }
            return nil
        }
    }

    /// Whose a connection is, and by which key.
    private struct Mark: Hashable {
        let owner: String
        let key: String

        init(_ marker: OwnershipMarker) { (owner, key) = (marker.owner, marker.key) }
    }

    /// The uuids of what carries a whole marker, by that.
    private static func marked(_ listed: [ActualConnection]) -> [Mark: [String]] {
        var marked: [Mark: [String]] = [:]
        for connection in listed {
            if case .whole(let marker) = connection.marker { marked[Mark(marker), default: []].append(connection.uuid) }
        }
        return marked
    }

    /// The other connection with the same marker; of several that with the smallest uuid.
    private static func twin(of run: ConnectionRun, in marked: [Mark: [String]]) -> String? {
        run.planned.marker.flatMap { marked[Mark($0)]?.filter { $0 != run.uuid }.min() }
    }

    private func yield(_ run: inout ConnectionRun, to twin: String, _ stop: StopSignal) async {
        do throws(StepFailure) {
            try await run.yield(to: twin)
        } catch {
            run.result.failure = error
            observer.failed(error, key: run.planned.key)
            if error.stopsEverything || error.isInterruption { _ = stop.raise(error) }
        }
    }
}

extension ConnectionRun {
    /// Takes away what this run made a moment ago, and nobody has put anything into since, and goes on with the other.
    fileprivate mutating func yield(to twin: String) async throws(StepFailure) {
        guard let own = uuid else { return }
        do throws(APIError) {
            try await executor.writer.delete(own)
        } catch {
            var failure = StepFailure(error)
            failure.message =
                "another run created the same connection, \(twin), and \(own), which this one made, could not be "
                + "taken away: \(failure.message)"
            failure.help = "delete one of the two by hand, and run it again"
            throw failure
        }
        warn("another run created it at the same time; this run's own was taken away, and it goes on with \(twin)")
        uuid = twin
        applied = AppliedConnection(uuid: twin, name: planned.name, primaryKey: applied.primaryKey)
        applied.isProtected = protection
        try await record()
        let answered = try await asking { () async throws(APIError) in
            try await executor.reader.connection(twin)
        }
        // The other run may be further than this one.
        if case .whole(let marker) = answered.marker {
            standingData = marker.data
            standingDigest = marker.definition
        }
        isConfirmed = true
        try await adopt(answered: answered, data: standingData)
    }
}
