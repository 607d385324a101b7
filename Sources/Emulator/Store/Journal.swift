import Glibc
import JSON

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
    private var file: Int32
    private let lock: Int32
    /// Where the next entry goes.
    private(set) var size: Int

    /// Opens the journal of a directory for writing, makes both where they are missing, and visits its entries.
    ///
    /// Errors: `EmulatorError`, also where another process has the directory.
    init(directory: String, visit: (JSONValue, [UInt8]) throws -> Void) throws {
        try Self.makeDirectory(directory)
        let lockPath = "\(directory)/\(Self.lockName)"
        lock = try Self.call("open", lockPath) { open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw EmulatorError(
                "the emulator's store \(directory) is in use by another process; stop it, or choose another directory")
        }
        path = "\(directory)/\(Self.fileName)"
        let path = path
        do {
            file = try Self.call("open", path) { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        } catch {
            close(lock)
            throw error
        }
        size = 0
        size = try Self.read(file, path: path, visit: visit)
        if size == 0 {
            try write([Self.magic])
        } else {
            let size = size
            _ = try Self.call("ftruncate", path) { ftruncate(file, off_t(size)) }
        }
    }

    deinit {
        close(file)
        close(lock)
    }

    /// Visits the entries of a directory's journal and changes nothing; a directory or file that is not there has none.
    static func load(directory: String, visit: (JSONValue, [UInt8]) throws -> Void) throws {
        let path = "\(directory)/\(fileName)"
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 {
            if errno == ENOENT { return }
            throw EmulatorError("open \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        _ = try read(file, path: path, visit: visit)
    }

    /// Adds an entry. Where that fails, the file is as it was before.
    func append(_ effect: Effect) throws {
        try append(head: effect.head, body: effect.body)
    }

    /// Replaces the whole file by the effects that `fill` gives, or leaves it as it is where that fails.
    func rewrite(_ fill: ((Effect) throws -> Void) throws -> Void) throws {
        let aside = "\(path).new"
        let replacement = try Self.call("open", aside) { open(aside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
        let (oldFile, oldSize) = (file, size)
        (file, size) = (replacement, 0)
        do {
            try write([Self.magic])
            try fill { try append($0) }
            _ = try Self.call("fsync", aside) { fsync(replacement) }
            _ = try Self.call("rename", path) { rename(aside, path) }
            close(oldFile)
        } catch {
            (file, size) = (oldFile, oldSize)
            close(replacement)
            unlink(aside)
            throw error
        }
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
                var sent = 0
                while sent < piece.count {
                    sent += try Self.call("write", path) {
                        piece.withUnsafeBytes {
                            pwrite(file, $0.baseAddress! + sent, piece.count - sent, off_t(end + sent))
                        }
                    }
                }
                end += piece.count
            }
            size = end
        } catch {
            // Half an entry must not stand in the way of the next one.
            _ = ftruncate(file, off_t(size))
            throw error
        }
    }

    /// Returns where the last whole entry ends; 0 where the file is empty.
    private static func read(_ file: Int32, path: String, visit: (JSONValue, [UInt8]) throws -> Void) throws -> Int {
        guard let start = try bytes(file, path: path, at: 0, count: magic.count) else { return 0 }
        guard start == magic else {
            throw EmulatorError("\(path) is not a store of this emulator; choose another directory")
        }
        var position = magic.count
        while let prefix = try bytes(file, path: path, at: position, count: 16) {
            let counts = prefix.withUnsafeBytes {
                (
                    Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))),
                    Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self))),
                    UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
            let end = position + 16 + counts.0 + counts.1
            guard let head = try bytes(file, path: path, at: position + 16, count: counts.0),
                let body = try bytes(file, path: path, at: position + 16 + counts.0, count: counts.1)
            else { break }
            guard checksum(head, body) == counts.2, let json = try? JSONValue.parse(head) else {
                if try bytes(file, path: path, at: end, count: 1) == nil { break }
                throw EmulatorError("\(path) is damaged at byte \(position); delete it to start with an empty store")
            }
            try visit(json, body)
            position = end
        }
        return position
    }

    /// Exactly `count` bytes from there; nil where the file ends before.
    private static func bytes(_ file: Int32, path: String, at offset: Int, count: Int) throws -> [UInt8]? {
        var status = stat()
        guard fstat(file, &status) == 0, offset + count <= Int(status.st_size) else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let now = try call("read", path) {
                bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress! + done, count - done, off_t(offset + done)) }
            }
            if now == 0 { return nil }
            done += now
        }
        return bytes
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

    private static func makeDirectory(_ path: String) throws {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o700) != 0, errno != EEXIST {
                throw EmulatorError("mkdir \(made): \(String(cString: strerror(errno)))")
            }
        }
    }

    private static func call<Result: SignedInteger>(
        _ name: String, _ subject: String, _ body: () -> Result
    ) throws -> Result {
        while true {
            let result = body()
            if result >= 0 { return result }
            if errno != EINTR {
                let hint = errno == ENOSPC ? "; free some space" : errno == EACCES ? "; check who owns it" : ""
                throw EmulatorError("\(name) \(subject): \(String(cString: strerror(errno)))\(hint)")
            }
        }
    }
}
