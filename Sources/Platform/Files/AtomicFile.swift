import Glibc

/// How much a file that was put in place survives.
package enum Durability: Sendable {
    /// The death of the process: what the kernel was given stays.
    case process
    /// The loss of power: contents and name are on disk when it returns.
    case power
}

/// A file that is written aside and takes its name when it is whole: no reader meets half of it, whatever happens.
///
/// A process that dies leaves at most a file of the other name.
package struct AtomicFile: ~Copyable {
    /// Where the contents stand until they are whole.
    package enum Aside: Sendable {
        /// `PATH.new`: for places with one writer at a time. What a dead one left is replaced.
        case fixed
        /// `.NAME.RANDOM.tmp` beside it, for places that others write to as well.
        case hidden(UInt64)

        func path(for target: String) -> String {
            switch self {
            case .fixed: target + ".new"
            case .hidden(let random):
                Path.join(
                    Path.parent(of: target), ".\(Path.name(of: target).prefix(100)).\(String(random, radix: 36)).tmp")
            }
        }
    }

    /// What the file may be done by whom.
    package enum Permissions: Sendable {
        /// Exactly this, whatever the umask.
        case exactly(UInt32)
        /// What the umask leaves of it.
        case upTo(UInt32)
    }

    private let path: String
    private let aside: String
    private let durability: Durability
    private let calls: SystemCalls
    private let file: Descriptor
    private var isPlaced = false

    /// - Parameter shown: What errors call it.
    package init(
        replacing path: String, permissions: Permissions = .exactly(0o600), durability: Durability,
        aside: Aside = .fixed, shownAs shown: String? = nil, calls: SystemCalls = .system
    ) throws(SystemError) {
        let besides = aside.path(for: path)
        // One that a killed process left behind; a link that somebody put there goes as well.
        if case .fixed = aside { _ = calls.unlink(besides) }
        file = try Self.create(besides, permissions, shownAs: shown ?? besides, calls)
        self.path = path
        self.aside = besides
        self.durability = durability
        self.calls = calls
    }

    private static func create(
        _ path: String, _ permissions: Permissions, shownAs shown: String, _ calls: SystemCalls
    ) throws(SystemError) -> Descriptor {
        switch permissions {
        case .upTo(let mode):
            return try Descriptor(path, .creating, permissions: mode, shownAs: shown, calls: calls)
        case .exactly(let mode):
            let file = try Descriptor(path, .creating, permissions: mode, shownAs: shown, calls: calls)
            do throws(SystemError) {
                try file.setPermissions(mode)
            } catch {
                _ = calls.unlink(path)
                throw error
            }
            return file
        }
    }

    deinit {
        if !isPlaced { _ = calls.unlink(aside) }
    }

    /// Adds to what was written.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) { try file.write(bytes) }
    package func write(_ bytes: [UInt8]) throws(SystemError) { try file.write(bytes) }

    /// Writes at an offset; what is appended goes on where it was.
    package func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) { try file.write(bytes, at: offset) }

    /// What is appended next stands there.
    package func seek(to offset: Int) throws(SystemError) { try file.seek(to: offset) }

    /// Puts it in place of what has the name. After an error that is as it was, unless `.power` was asked for and only
    /// the disk's word for the name is missing.
    package mutating func place() throws(SystemError) {
        if durability == .power { try file.sync() }
        guard calls.rename(aside, path) == 0 else { throw .last("write", path) }
        isPlaced = true
        if durability == .power { try Directory.sync(Path.parent(of: path), calls: calls) }
    }

    /// Gives it the name where nothing has it. Errors: `alreadyExists`, and the system's.
    package mutating func placeAsNew() throws(SystemError) {
        if durability == .power { try file.sync() }
        guard calls.link(aside, path) == 0 else { throw .last("write", path) }
        // The other name goes with this value.
        if durability == .power { try Directory.sync(Path.parent(of: path), calls: calls) }
    }

    /// Puts a file that is whole under another name in the same directory.
    package static func move(
        _ from: String, to path: String, durability: Durability, calls: SystemCalls = .system
    ) throws(SystemError) {
        guard calls.rename(from, path) == 0 else { throw .last("write", path) }
        if durability == .power { try Directory.sync(Path.parent(of: path), calls: calls) }
    }

    /// Writes a whole file at once.
    package static func write(
        _ bytes: [UInt8], to path: String, permissions: Permissions = .exactly(0o600), durability: Durability,
        aside: Aside = .fixed, calls: SystemCalls = .system
    ) throws(SystemError) {
        var file = try AtomicFile(
            replacing: path, permissions: permissions, durability: durability, aside: aside, calls: calls)
        try file.write(bytes)
        try file.place()
    }
}
