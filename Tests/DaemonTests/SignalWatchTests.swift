import Platform
import Testing

@testable import Daemon

/// One SIGTERM always ends the daemon, and a second one at once.
@Suite(.timeLimit(.minutes(1))) struct SignalWatchTests {
    @Test func aLoopThatHangsIsEndedAllTheSame() async {
        let watch = SignalWatch()
        let (endings, inlet) = AsyncStream<String>.makeStream()
        watch.told(stop: { inlet.yield("told") }, patience: 0, leave: { inlet.yield("ended") })
        var seen: [String] = []
        for await ending in endings {
            seen.append(ending)
            if ending == "ended" { break }
        }
        #expect(seen == ["told", "ended"])
    }

    @Test func aSecondSignalEndsItAtOnce() {
        let watch = SignalWatch()
        let seen = Locked<[String]>([])
        for _ in 0..<2 {
            watch.told(
                stop: { seen.withLock { $0.append("told") } }, patience: 3600,
                leave: { seen.withLock { $0.append("ended") } })
        }
        #expect(seen.withLock { $0 } == ["told", "ended"])
    }
}
