import Glibc
import Model

/// The journal of a state directory, open for appending.
struct Journal: Sendable {
    private let directory: String
    private let identity: StateIdentity
    private let calls: SystemCalls
    private var file: OpenFile
    private var length: Int
    private var lastSum: Digest128
    private(set) var lineCount: Int
    /// Set when the file's end is not known any more; nothing is appended then.
    private var isBroken = false

    private static func path(in directory: String) -> String { "\(directory)/\(StateDirectory.journalName)" }

    /// What the directory's journal holds; nil where there is none. Changes nothing.
    static func read(directory: String, identity: StateIdentity) throws(StateError) -> JournalContents? {
        guard let file = try OpenFile.open(path(in: directory), O_RDONLY) else { return nil }
        defer { file.close() }
        return try JournalReader.read(file, identity: identity)
    }

    /// Opens the journal, or makes one, and cuts off a torn end. The lock must be held.
    static func open(
        directory: String, identity: StateIdentity, calls: SystemCalls
    ) throws(StateError) -> (Journal, AppliedState) {
        if let file = try OpenFile.open(path(in: directory), O_RDWR | O_APPEND, calls: calls) {
            do throws(StateError) {
                try file.makePrivate()
                if let contents = try JournalReader.read(file, identity: identity) {
                    if contents.isTorn {
                        try file.truncate(to: contents.goodLength)
                        try file.sync()
                    }
                    let journal = Journal(
                        directory: directory, identity: identity, calls: calls, file: file,
                        length: contents.goodLength, lastSum: contents.lastSum, lineCount: contents.lineCount)
                    return (journal, contents.applied)
                }
            } catch {
                file.close()
                throw error
            }
            file.close()
        }
        var random = SystemRandomNumberGenerator()
        let applied = AppliedState(secretKey: SipHash128.Key(random.next(), random.next()))
        let journal = try write(applied, directory: directory, identity: identity, calls: calls)
        try StateDirectory.sync(directory)
        return (journal, applied)
    }

    /// Appends the entries and, unless told otherwise, returns when they are on disk. After an error none of them counts.
    mutating func append(_ entries: [[UInt8]], syncs: Bool = true) throws(StateError) {
        guard !isBroken else {
            throw StateError(
                .closed, "append to", file.path, cause: "an earlier failure left its end unknown",
                help: "start again: the torn end is cut off then")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + $1.count + 64 })
        var sum = lastSum
        for entry in entries { sum = JournalFormat.append(entry, after: sum, to: &bytes) }
        do throws(StateError) {
            try file.write(bytes)
            if syncs { try file.sync() }
        } catch {
            rollBack()
            throw error
        }
        length += bytes.count
        lastSum = sum
        lineCount += entries.count
    }

    /// Replaces the journal by one that holds only what counts. After an error the old one goes on.
    mutating func compact(_ applied: AppliedState) throws(StateError) {
        guard !isBroken else { return }
        let new = try Self.write(applied, directory: directory, identity: identity, calls: calls)
        file.close()
        self = new
        do throws(StateError) {
            try StateDirectory.sync(directory)
        } catch {
            // After a power failure the old file could be back, without what would be appended from here on.
            isBroken = true
            throw error
        }
    }

    func close() { file.close() }

    /// Cuts off what a failed append may have left, for a later success must not stand behind it.
    private mutating func rollBack() {
        do throws(StateError) {
            try file.truncate(to: length)
            try file.sync()
        } catch {
            isBroken = true
        }
    }

    /// Writes a journal aside and puts it in place, whole or not at all.
    private static func write(
        _ applied: AppliedState, directory: String, identity: StateIdentity, calls: SystemCalls
    ) throws(StateError) -> Journal {
        let path = path(in: directory)
        let aside = path + ".new"
        // One that a killed process left behind; a link that somebody put there goes as well.
        unlink(aside)
        let flags = O_RDWR | O_CREAT | O_EXCL | O_APPEND
        guard let file = try OpenFile.open(aside, flags, calls: calls) else {
            throw StateError.system("create", aside, ENOENT)
        }
        let named = OpenFile(descriptor: file.descriptor, path: path, calls: calls)
        var journal = Journal(
            directory: directory, identity: identity, calls: calls, file: named, length: 0,
            lastSum: JournalFormat.start, lineCount: 0)
        do throws(StateError) {
            try journal.fill(with: applied)
            guard calls.rename(aside, path) == 0 else { throw StateError.system("replace", path, errno) }
        } catch {
            file.close()
            unlink(aside)
            throw error
        }
        return journal
    }

    /// Writes all that counts, some entries at a time, so that no second copy of the state is made in memory.
    private mutating func fill(with applied: AppliedState) throws(StateError) {
        var entries = [JournalFormat.header(identity, secretKey: applied.secretKey)]
        for (key, connection) in applied.connections.sorted(by: { $0.key < $1.key }) {
            entries.append(try JournalFormat.set(key, connection))
            guard entries.count == 256 else { continue }
            try append(entries, syncs: false)
            entries = []
        }
        if !applied.deletions.isEmpty { entries.append(JournalFormat.deletions(applied.deletions)) }
        try append(entries)
    }
}
