import Model
import Platform

/// The journal of a state directory, open for appending.
struct Journal: ~Copyable, Sendable {
    private let directory: String
    private let identity: StateIdentity
    private let calls: SystemCalls
    /// What the header says of the brand.
    private let brand: String?
    private var file: Descriptor
    private var length: Int
    private var lastSum: Digest128
    private(set) var lineCount: Int
    /// Set when the file's end is not known any more; nothing is appended then.
    private var isBroken = false

    private static func path(in directory: String) -> String { "\(directory)/\(StateDirectory.journalName)" }

    /// What the directory's journal holds; nil where there is none. Changes nothing.
    static func read(directory: String, identity: StateIdentity) throws(StateError) -> JournalContents? {
        guard let file = try StateFile.open(path(in: directory), .reading) else { return nil }
        return try JournalReader.read(file, identity: identity)
    }

    /// Opens the journal, or makes one, and cuts off a torn end. The lock must be held.
    ///
    /// - Parameter applied: What the journal holds, once it is open.
    static func open(
        directory: String, identity: StateIdentity, calls: SystemCalls, applied: inout AppliedState
    ) throws(StateError) -> Journal {
        if let file = try StateFile.open(path(in: directory), .appending, calls: calls) {
            try StateFile.makePrivate(file)
            if let contents = try JournalReader.read(file, identity: identity) {
                if contents.isTorn {
                    try failing(as: StateError.init) { () throws(SystemError) in
                        try file.truncate(to: contents.goodLength)
                        try file.sync()
                    }
                }
                applied = contents.applied
                var journal = Journal(
                    directory: directory, identity: identity, brand: contents.brand, calls: calls, file: file,
                    length: contents.goodLength, lastSum: contents.lastSum, lineCount: contents.lineCount)
                // From now on it is bound to the brand.
                let brand = identity.brandDigest(applied.secretKey)
                if brand != nil, brand != contents.brand { try journal.compact(applied) }
                return journal
            }
        }
        var random = SystemRandomNumberGenerator()
        applied = AppliedState(secretKey: SipHash128.Key(random.next(), random.next()))
        let journal = try write(applied, directory: directory, identity: identity, brand: nil, calls: calls)
        try StateDirectory.sync(directory, calls: calls)
        return journal
    }

    private init(
        directory: String, identity: StateIdentity, brand: String?, calls: SystemCalls, file: consuming Descriptor,
        length: Int, lastSum: Digest128, lineCount: Int
    ) {
        self.brand = brand
        self.directory = directory
        self.identity = identity
        self.calls = calls
        self.file = file
        self.length = length
        self.lastSum = lastSum
        self.lineCount = lineCount
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
        do throws(SystemError) {
            try file.write(bytes)
            if syncs { try file.sync() }
        } catch {
            rollBack()
            throw StateError(error)
        }
        length += bytes.count
        lastSum = sum
        lineCount += entries.count
    }

    /// Replaces the journal by one that holds only what counts. After an error the old one goes on.
    mutating func compact(_ applied: AppliedState) throws(StateError) {
        guard !isBroken else { return }
        self = try Self.write(applied, directory: directory, identity: identity, brand: brand, calls: calls)
        do throws(StateError) {
            try StateDirectory.sync(directory, calls: calls)
        } catch {
            // After a power failure the old file could be back, without what would be appended from here on.
            isBroken = true
            throw error
        }
    }

    /// Cuts off what a failed append may have left, for a later success must not stand behind it.
    private mutating func rollBack() {
        do throws(SystemError) {
            try file.truncate(to: length)
            try file.sync()
        } catch {
            isBroken = true
        }
    }

    /// Writes a journal aside and puts it in place, whole or not at all.
    ///
    /// - Parameter brand: What the header said of the brand before, for where this run has no keys.
    private static func write(
        _ applied: AppliedState, directory: String, identity: StateIdentity, brand: String?, calls: SystemCalls
    ) throws(StateError) -> Journal {
        let path = path(in: directory)
        let aside = path + ".new"
        // One that a killed process left behind; a link that somebody put there goes as well.
        Directory.remove(aside, calls: calls)
        guard let file = try StateFile.open(aside, .creatingToAppend, shownAs: path, calls: calls) else {
            throw StateError(.system, "create", aside, cause: "it went away", isRetryable: true)
        }
        var journal = Journal(
            directory: directory, identity: identity, brand: identity.brandDigest(applied.secretKey) ?? brand,
            calls: calls, file: file, length: 0, lastSum: JournalFormat.start, lineCount: 0)
        do throws(StateError) {
            try journal.fill(with: applied)
            try failing(as: StateError.init) { () throws(SystemError) in
                try AtomicFile.move(aside, to: path, durability: .process, calls: calls)
            }
        } catch {
            Directory.remove(aside, calls: calls)
            throw error
        }
        return journal
    }

    /// Writes all that counts, some entries at a time, so that no second copy of the state is made in memory.
    private mutating func fill(with applied: AppliedState) throws(StateError) {
        var entries = [JournalFormat.header(identity, secretKey: applied.secretKey, brand: brand)]
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
