import Dispatch
import Foundation
import HTTPServer
import Platform
import TestSupport

extension TemporaryDirectory {
    var root: URL { url }
}

/// Counts what a watcher tells.
final class Bell: Sendable {
    private struct State {
        var count = 0
        var waiting: CheckedContinuation<Bool, Never>?

        mutating func take() -> CheckedContinuation<Bool, Never>? {
            defer { waiting = nil }
            return waiting
        }
    }

    private let state = Locked(State())

    func ring() {
        let waiting = state.withLock { state in
            if state.waiting == nil { state.count += 1 }
            return state.take()
        }
        waiting?.resume(returning: true)
    }

    var hasRung: Bool { state.withLock { $0.count > 0 } }

    func take() -> Int {
        state.withLock { state in
            defer { state.count = 0 }
            return state.count
        }
    }

    /// Until it rings; false where the time of the test is over.
    func wait() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = Task.isCancelled
                let hasRung = state.withLock { state in
                    let hasRung = state.count > 0
                    state.count = 0
                    if !hasRung, !isOver { state.waiting = continuation }
                    return hasRung
                }
                if hasRung || isOver { continuation.resume(returning: hasRung) }
            }
        } onCancel: {
            state.withLock { $0.take() }?.resume(returning: false)
        }
    }
}

/// The kernel's events, of which a test can tell that all were read.
final class Events: InotifyCalls {
    let queue = DispatchQueue(label: "reconcile.tests.watch")
    private let descriptor = Locked<Int32>(-1)

    func open() throws(WatchError) -> Int32 {
        let opened = try SystemInotify().open()
        descriptor.withLock { $0 = opened }
        return opened
    }

    func watch(_ descriptor: Int32, _ path: String) throws(WatchError) -> Int32 {
        try SystemInotify().watch(descriptor, path)
    }

    func unwatch(_ descriptor: Int32, _ watch: Int32) { SystemInotify().unwatch(descriptor, watch) }

    /// Until what happened so far was told: the kernel notes it at once, and it is read on the queue.
    func settle() async {
        var left: Int32 = 1
        while left > 0 {
            await Task.yield()
            if ioctl(descriptor.withLock { $0 }, UInt(FIONREAD), &left) != 0 { return }
        }
        queue.sync {}
    }
}
