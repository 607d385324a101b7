import JSON
import Platform

/// The store on disk: a file that only grows, one entry for each effect, written before the effect is answered.
///
/// An entry is the lengths of head and body (32 bits each, little-endian), a checksum of 64 bits over both, then the
/// head as JSON and the body. An entry that a killed process left unfinished at the end is cut off when the file is
/// opened next. What the kernel was given survives the death of the process; no `fsync` is needed for that.
final class Journal {
    private static let magic = Array("reconcile emulator 1\n".utf8)
    static let fileName = "emulator.journal"
    private static let lockName = "emulator.lock"

    private let path: String
    private var file: Descriptor
    /// Held for as long as this is there.
    private let lock: Descriptor
    private let calls: SystemCalls
    /// Where the next entry goes.
    private(set) var size: Int

    /// Opens the journal of a directory for writing, makes both where they are missing, and visits its entries.
    ///
    /// Errors: `EmulatorError`, also where another process has the directory.
    init(
        directory: String, calls: SystemCalls = .system, visit: (JSONValue, [UInt8]) throws -> Void
    ) throws {
        let path = "\(directory)/\(Self.fileName)"
        let lock = try Self.told { () throws(SystemError) in
            try Directory.create(directory, calls: calls)
            return try Descriptor("\(directory)/\(Self.lockName)", .writing, calls: calls)
        }
        guard try Self.told({ () throws(SystemError) in try lock.tryLock() }) else {
            throw EmulatorError(
                "the emulator's store \(directory) is in use by another process; stop it, or choose another directory")
        }
        let file = try Self.told { () throws(SystemError) in try Descriptor(path, .writing, calls: calls) }
        let size = try Self.read(file, visit: visit)
        self.path = path
        self.lock = lock
        self.calls = calls
        self.file = file
        self.size = size
        if size == 0 {
            try write([Self.magic])
        } else {
            try Self.told { () throws(SystemError) in try self.file.truncate(to: size) }
        }
    }

    /// Visits the entries of a directory's journal and changes nothing; a directory or file that is not there has none.
    static func load(directory: String, visit: (JSONValue, [UInt8]) throws -> Void) throws {
        let path = "\(directory)/\(fileName)"
        guard FileStatus.exists(path) else { return }
        let file = try told { () throws(SystemError) in try Descriptor(path, .readingThroughLinks) }
        _ = try read(file, visit: visit)
    }

    /// Adds an entry. Where that fails, the file is as it was before.
    func append(_ effect: Effect) throws {
        try append(head: effect.head, body: effect.body)
    }

    /// Replaces the whole file by the effects that `fill` gives, or leaves it as it is where that fails.
    func rewrite(_ fill: ((Effect) throws -> Void) throws -> Void) throws {
        let aside = "\(path).new"
        Directory.remove(aside, calls: calls)
        var other = try Self.told { () throws(SystemError) in
            try Descriptor(aside, .creating, shownAs: path, calls: calls)
        }
        let oldSize = size
        swap(&file, &other)
        size = 0
        do {
            try write([Self.magic])
            try fill { try append($0) }
            try Self.told { () throws(SystemError) in
                try file.sync()
                try AtomicFile.move(aside, to: path, durability: .process, calls: calls)
            }
        } catch {
            swap(&file, &other)
            size = oldSize
            Directory.remove(aside, calls: calls)
            throw error
        }
        // The name is on disk later at the latest; until then a power failure brings the old file back.
        try? Directory.sync(Path.parent(of: path), calls: calls)
    }

    private func append(head: JSONValue, body: [UInt8]) throws {
        var headBytes: [UInt8] = []
        head.write(to: &headBytes)
        var prefix: [UInt8] = []
        withUnsafeBytes(of: UInt32(headBytes.count).littleEndian) { prefix.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(body.count).littleEndian) { prefix.append(contentsOf: $0) }
        withUnsafeBytes(of: Self.checksum(headBytes, body).littleEndian) { prefix.append(contentsOf: $0) }
        try write([prefix + headBytes, body])
    }

    private func write(_ pieces: [[UInt8]]) throws {
        var end = size
        do {
            for piece in pieces {
                try Self.told { () throws(SystemError) in try file.write(piece, at: end) }
                end += piece.count
            }
            size = end
        } catch {
            // Half an entry must not stand in the way of the next one.
            try? file.truncate(to: size)
            throw error
        }
    }

    /// Returns where the last whole entry ends; 0 where the file is empty.
    private static func read(
        _ file: borrowing Descriptor, visit: (JSONValue, [UInt8]) throws -> Void
    ) throws -> Int {
        let path = file.path
        let end = try told { () throws(SystemError) in try file.status().size }
        // Nil where the file ends before.
        func bytes(at offset: Int, count: Int) throws -> [UInt8]? {
            if offset + count > end { return nil }
            let bytes = try told { () throws(SystemError) in try file.bytes(at: offset, count: count) }
            return bytes.count == count ? bytes : nil
        }
        guard let start = try bytes(at: 0, count: magic.count) else { return 0 }
        guard start == magic else {
            throw EmulatorError("\(path) is not a store of this emulator; choose another directory")
        }
        var position = magic.count
        while let prefix = try bytes(at: position, count: 16) {
            let counts = prefix.withUnsafeBytes {
                (
                    Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))),
                    Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self))),
                    UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
            let end = position + 16 + counts.0 + counts.1
            guard let head = try bytes(at: position + 16, count: counts.0),
                let body = try bytes(at: position + 16 + counts.0, count: counts.1)
            else { break }
            guard checksum(head, body) == counts.2, let json = try? JSONValue.parse(head) else {
                if try bytes(at: end, count: 1) == nil { break }
                throw EmulatorError("\(path) is damaged at byte \(position); delete it to start with an empty store")
            }
            try visit(json, body)
            position = end
        }
        return position
    }

    /// Multiplies and rotates word by word: made to notice torn writes, not attackers.
    private static func checksum(_ head: [UInt8], _ body: [UInt8]) -> UInt64 {
        var sum: UInt64 = 0x9E37_79B9_7F4A_7C15
        for part in [head, body] {
            part.withUnsafeBytes { bytes in
                var offset = 0
                while offset + 8 <= bytes.count {
                    sum =
                        (sum ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
                        &* 0xFF51_AFD7_ED55_8CCD
                    sum = sum << 29 | sum >> 35
                    offset += 8
                }
                for byte in bytes[offset...] { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            }
            sum = (sum ^ UInt64(part.count)) &* 0xC4CE_B9FE_1A85_EC53
        }
        return sum ^ sum >> 32
    }

    private static func told<Value: ~Copyable>(_ work: () throws(SystemError) -> Value) throws -> Value {
        try failing(
            as: { EmulatorError("\($0.message); \($0.help(.writing, elsewhere: "choose another directory"))") }, work)
    }
}
