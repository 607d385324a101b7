import Dispatch
import Glibc

/// The system calls of inotify(7), each wrapped once; a fake of it shows what happens at the kernel's limits.
package protocol InotifyCalls: Sendable {
    /// A new instance. Errors: such as that no more are allowed.
    func open() throws(WatchError) -> Int32
    /// Watches a directory; the same number again where it is watched already. Errors: such as that no more are allowed.
    func watch(_ descriptor: Int32, _ path: String) throws(WatchError) -> Int32
    func unwatch(_ descriptor: Int32, _ watch: Int32)
}

/// Why a directory cannot be watched.
package struct WatchError: Error, Sendable, Hashable {
    package var operation: String
    package var subject: String
    package var code: Int32

    package init(operation: String, subject: String, code: Int32) {
        self.operation = operation
        self.subject = subject
        self.code = code
    }

    /// Whether a limit of the kernel is reached, and which setting raises it.
    package var limit: String? {
        switch (operation, code) {
        case ("inotify_add_watch", ENOSPC): "fs.inotify.max_user_watches"
        case ("inotify_init1", EMFILE): "fs.inotify.max_user_instances"
        default: nil
        }
    }

    /// Whether it is the directory that cannot be watched, rather than inotify that cannot watch.
    package var isOfThePlace: Bool { [ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG].contains(code) }

    package var cause: String { "\(operation) \(subject): \(String(cString: strerror(code)))" }
}

/// The kernel's own.
package struct SystemInotify: InotifyCalls {
    /// Everything that may change what a pass reads; reading itself is not among it.
    private static let events = UInt32(
        IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB
            | IN_ONLYDIR)

    package init() {}

    package func open() throws(WatchError) -> Int32 {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        if descriptor < 0 { throw WatchError(operation: "inotify_init1", subject: "inotify", code: errno) }
        return descriptor
    }

    package func watch(_ descriptor: Int32, _ path: String) throws(WatchError) -> Int32 {
        let watch = inotify_add_watch(descriptor, path, Self.events)
        if watch < 0 { throw WatchError(operation: "inotify_add_watch", subject: path, code: errno) }
        return watch
    }

    package func unwatch(_ descriptor: Int32, _ watch: Int32) { _ = inotify_rm_watch(descriptor, watch) }
}

/// One event as the kernel writes it.
package struct InotifyEvent: Sendable, Hashable {
    package var watch: Int32
    package var mask: UInt32
    /// Of the file in the directory; empty where the event is about the directory itself.
    package var name: String

    /// Events were lost.
    package var isOverflow: Bool { has(IN_Q_OVERFLOW) }
    /// A watch ended, also one that was taken away.
    package var isEndOfWatch: Bool { has(IN_IGNORED) }
    /// The directory itself went away or to another place.
    package var isEndOfDirectory: Bool { has(IN_DELETE_SELF) || has(IN_MOVE_SELF) }

    package func has(_ bit: some BinaryInteger) -> Bool { mask & UInt32(truncatingIfNeeded: bit) != 0 }

    /// The events in a buffer that `read` filled.
    package static func parse(_ bytes: UnsafeRawBufferPointer) -> [InotifyEvent] {
        var events: [InotifyEvent] = []
        var offset = 0
        // struct inotify_event: wd, mask, cookie, len, then len bytes of name with NULs behind.
        while offset + 16 <= bytes.count {
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            guard offset + 16 + length <= bytes.count else { break }
            let name = bytes[(offset + 16)..<(offset + 16 + length)].prefix { $0 != 0 }
            events.append(
                InotifyEvent(
                    watch: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self),
                    mask: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self),
                    name: String(decoding: name, as: UTF8.self)))
            offset += 16 + length
        }
        return events
    }

    /// Everything that waits in an instance of inotify.
    package static func drain(_ descriptor: Int32, _ body: ([InotifyEvent]) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 8) { buffer in
            while true {
                let count = SystemCalls.retrying { read(descriptor, buffer.baseAddress, buffer.count) }
                if count <= 0 { break }
                body(parse(UnsafeRawBufferPointer(rebasing: buffer[..<count])))
            }
        }
    }

    /// Calls back on the queue when something waits in the instance, which is closed when the source is cancelled.
    package static func source(
        of descriptor: Int32, queue: DispatchQueue, _ handler: @escaping @Sendable () -> Void
    ) -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler(handler: handler)
        source.setCancelHandler { _ = close(descriptor) }
        source.activate()
        return source
    }
}
