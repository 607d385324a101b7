import Glibc

/// The system calls of inotify(7), each wrapped once; a fake of it shows what happens at the kernel's limits.
protocol InotifyCalls: Sendable {
    /// A new instance. Errors: `errno`, such as EMFILE.
    func open() throws(WatchError) -> Int32
    /// Watches a directory; the same number again where it is watched already. Errors: `errno`, such as ENOSPC.
    func watch(_ descriptor: Int32, _ path: String) throws(WatchError) -> Int32
    func unwatch(_ descriptor: Int32, _ watch: Int32)
}

/// Why a directory cannot be watched.
struct WatchError: Error, Sendable, Hashable {
    var operation: String
    var subject: String
    var code: Int32

    /// Whether a limit of the kernel is reached, and which setting raises it.
    var limit: String? {
        switch (operation, code) {
        case ("inotify_add_watch", ENOSPC): "fs.inotify.max_user_watches"
        case ("inotify_init1", EMFILE): "fs.inotify.max_user_instances"
        default: nil
        }
    }

    /// Whether it is the directory that cannot be watched, rather than inotify that cannot watch.
    var isOfThePlace: Bool { [ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG].contains(code) }

    var cause: String { "\(operation) \(subject): \(String(cString: strerror(code)))" }
}

struct SystemInotify: InotifyCalls {
    /// Everything that may change what a pass reads; reading itself is not among it.
    private static let events = UInt32(
        IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB
            | IN_ONLYDIR)

    func open() throws(WatchError) -> Int32 {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        if descriptor < 0 { throw WatchError(operation: "inotify_init1", subject: "inotify", code: errno) }
        return descriptor
    }

    func watch(_ descriptor: Int32, _ path: String) throws(WatchError) -> Int32 {
        let watch = inotify_add_watch(descriptor, path, Self.events)
        if watch < 0 { throw WatchError(operation: "inotify_add_watch", subject: path, code: errno) }
        return watch
    }

    func unwatch(_ descriptor: Int32, _ watch: Int32) { _ = inotify_rm_watch(descriptor, watch) }
}

/// One event as the kernel writes it.
struct InotifyEvent: Sendable, Hashable {
    var watch: Int32
    var mask: UInt32
    /// Of the file in the directory; empty where the event is about the directory itself.
    var name: String

    func has(_ bit: some BinaryInteger) -> Bool { mask & UInt32(truncatingIfNeeded: bit) != 0 }

    /// The events in a buffer that `read` filled.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> [InotifyEvent] {
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
}
