import JSON
import Platform

/// Carries documents to somebody else.
package protocol NotificationSender: Sendable {
    /// Where they go, without what is secret of it.
    var destination: String { get }

    /// Posts one document, once. Returns why that failed; nil where it arrived.
    func post(_ document: JSONValue) async -> String?
}

/// Posts notifications one after the other, beside the loop: nothing waits for them, and what cannot be delivered is
/// logged and let go.
final class Announcer: Sendable {
    /// Documents that wait; beyond that the oldest are dropped.
    static let capacity = 100
    /// Seconds before each further try.
    static let pauses = [2.0, 10.0, 30.0]
    /// Seconds that the end of the daemon waits for what is left.
    private static let patience = 3.0

    private let inlet: AsyncStream<JSONValue>.Continuation
    private let work: Task<Void, Never>
    private let time: any TimeSource

    init(_ sender: any NotificationSender, log: Log, time: any TimeSource) {
        let (documents, inlet) = AsyncStream<JSONValue>.makeStream(bufferingPolicy: .bufferingNewest(Self.capacity))
        self.inlet = inlet
        self.time = time
        work = Task {
            for await document in documents { await Self.deliver(document, sender, log, time) }
        }
    }

    func tell(_ document: JSONValue) { inlet.yield(document) }

    /// Ends once everything is delivered, or soon.
    func stop() async {
        inlet.finish()
        let cut = Task { [work, time] in
            if (try? await time.sleep(seconds: Self.patience)) != nil { work.cancel() }
        }
        await work.value
        cut.cancel()
    }

    private static func deliver(
        _ document: JSONValue, _ sender: any NotificationSender, _ log: Log, _ time: any TimeSource
    ) async {
        var problem = await sender.post(document)
        for pause in pauses {
            guard problem != nil, (try? await time.sleep(seconds: pause)) != nil else { break }
            problem = await sender.post(document)
        }
        if let problem {
            log.log(.warning, "notify_failed", "\(sender.destination) was not told: \(problem)")
        }
    }
}
