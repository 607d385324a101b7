import Platform
import Testing

@Suite(.timeLimit(.minutes(1))) struct ThreadTests {
    /// Whoever hogs that thread keeps nobody else waiting, however few threads carry tasks.
    @Test func aThreadOfTheirOwnKeepsTasksFromOthers() async {
        let executor = SerialThreadExecutor(label: "test")
        let gate = Semaphore()
        let hogs = (0..<64).map { _ in Task(executorPreference: executor) { gate.wait() } }
        let others = (0..<64).map { _ in Task.detached { gate.signal() } }
        for other in others { await other.value }
        for hog in hogs { await hog.value }
    }

    @Test func oneAtATime() async {
        let executor = SerialThreadExecutor(label: "test")
        let inside = Locked(0)
        let tasks = (0..<100).map { _ in
            Task(executorPreference: executor) {
                let before = inside.withLock { count in
                    defer { count += 1 }
                    return count
                }
                inside.withLock { $0 -= 1 }
                return before
            }
        }
        for task in tasks { #expect(await task.value == 0) }
    }

    @Test func linesForAReaderWhoDoesNotReadHoldNobodyUp() {
        let gate = Semaphore()
        let began = Semaphore()
        let written = Locked<[String]>([])
        let queue = LineQueue(limit: 10) { line in
            began.signal()
            gate.wait()
            written.withLock { $0.append(line) }
        }
        queue.add("first")
        began.wait()
        for number in 0..<25 { queue.add("\(number)") }
        // Nobody reads, so the end is not waited for.
        queue.finish(patience: 0)
        for _ in 0..<12 { gate.signal() }
        queue.finish(patience: 60)
        #expect(
            written.withLock { $0 }
                == ["first"] + (0..<10).map(String.init) + ["warning: 15 lines were dropped: nobody read them"])
    }

    @Test func blockingWorkLeavesTheThreadsOfTasksFree() async {
        let gate = Semaphore()
        async let blocked: Void = withTaskGroup(of: Void.self) { group in
            for _ in 0..<32 { group.addTask { await BlockingWork.run { gate.wait() } } }
        }
        for _ in 0..<32 { await Task.detached { gate.signal() }.value }
        await blocked
    }

    @Test func aWorkerIsWaitedFor() throws {
        let done = Locked(false)
        let worker = try #require(WorkerThread { done.withLock { $0 = true } })
        worker.join()
        #expect(done.withLock { $0 })
    }
}
