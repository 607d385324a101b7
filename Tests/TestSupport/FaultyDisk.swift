import Foundation
import Glibc
import Platform

/// A disk that fails where it is told to: real files in a real directory, with what may go wrong in between.
///
/// It counts what changes the disk, lets one of these operations fail, and after a loss of power tells what may be there:
/// only what was waited for, all that was done, or the names without the contents.
package final class FaultyDisk: Sendable {
    /// What happens at one operation.
    package enum Fault: Sendable, Hashable, CustomStringConvertible {
        /// It fails, and so do those after it until `heal`.
        case failing(Int32)
        /// It fails once.
        case failingOnce(Int32)
        /// A write takes one byte and says so.
        case short
        /// It and everything after it does not happen any more.
        case powerLoss

        package var description: String {
            switch self {
            case .failing(let code): "\(String(cString: strerror(code))) from there on"
            case .failingOnce(let code): "\(String(cString: strerror(code))) once"
            case .short: "a short write"
            case .powerLoss: "loss of power"
            }
        }
    }

    /// What may be on the disk after a loss of power.
    package enum Image: Sendable, CaseIterable {
        /// Contents and names as somebody last waited for them.
        case strict
        /// Everything that was done.
        case loose
        /// Names as they were given, contents only as somebody waited for them.
        case namesAlone
    }

    private struct State {
        var operations = 0
        var open: [Int32: String] = [:]
        /// By inode.
        var contents: [UInt64: [UInt8]] = [:]
        /// By directory: the names in it.
        var names: [String: [String: UInt64]] = [:]
        var isHealed = false
        var isKilled = false
    }

    private let root: String
    private let place: Int?
    private let fault: Fault
    private let state: Locked<State>

    /// - Parameters:
    ///   - root: What is there now is on disk.
    ///   - place: The number of the operation, from 0; nil lets all succeed.
    package init(_ root: String, at place: Int? = nil, _ fault: Fault = .powerLoss) {
        self.root = root
        self.place = place
        self.fault = fault
        var state = State()
        Self.settle(root, &state)
        self.state = Locked(state)
    }

    /// Operations that change the disk, so far.
    package var operations: Int { state.withLock(\.operations) }

    /// The process that writes is no more: nothing of what it goes on to do happens.
    package func kill() { state.withLock { $0.isKilled = true } }

    /// What failed works again.
    package func heal() { state.withLock { $0.isHealed = true } }

    private static func settle(_ directory: String, _ state: inout State) {
        var names: [String: UInt64] = [:]
        for entry in (try? Directory.listKinds(directory)) ?? [] {
            let path = Path.join(directory, entry.name)
            guard let status = try? FileStatus(of: path, followingLinks: false) else { continue }
            names[entry.name] = status.identity.inode
            if entry.kind == .directory { settle(path, &state) }
            if entry.kind == .regular { state.contents[status.identity.inode] = bytes(path) }
        }
        state.names[directory] = names
    }

    private static func bytes(_ path: String) -> [UInt8] {
        (try? Descriptor(path, .readingThroughLinks).readAll(limit: 1 << 28)) ?? []
    }

    /// What the writer is given.
    package var calls: SystemCalls {
        let real = SystemCalls()
        var calls = real
        calls.open = { [self] path, flags, mode in
            let isNew = flags & O_CREAT != 0 && !FileStatus.exists(path)
            if isNew || flags & O_TRUNC != 0, let code = failure() { return Self.fail(code) }
            if isDead { return Self.fail(EIO) }
            let number = real.open(path, flags, mode)
            if number >= 0 { opened(number, path, isNew: isNew) }
            return number
        }
        calls.write = { [self] number, bytes, count in
            if case .short = fault, isHere() { return real.write(number, bytes, min(1, count)) }
            if let code = failure() { return Int(Self.fail(code)) }
            return real.write(number, bytes, count)
        }
        calls.pwrite = { [self] number, bytes, count, offset in
            if case .short = fault, isHere() { return real.pwrite(number, bytes, min(1, count), offset) }
            if let code = failure() { return Int(Self.fail(code)) }
            return real.pwrite(number, bytes, count, offset)
        }
        calls.fsync = { [self] number in
            if let code = failure() { return Self.fail(code) }
            synced(number)
            return real.fsync(number)
        }
        calls.fdatasync = { [self] number in
            if let code = failure() { return Self.fail(code) }
            synced(number)
            return real.fdatasync(number)
        }
        calls.ftruncate = { [self] number, length in
            failure().map(Self.fail) ?? real.ftruncate(number, length)
        }
        calls.fchmod = { [self] number, mode in failure().map(Self.fail) ?? real.fchmod(number, mode) }
        calls.rename = { [self] from, to in failure().map(Self.fail) ?? real.rename(from, to) }
        calls.link = { [self] from, to in failure().map(Self.fail) ?? real.link(from, to) }
        calls.unlink = { [self] path in
            // To remove what is not there changes nothing.
            if !FileStatus.exists(path) { return real.unlink(path) }
            return failure().map(Self.fail) ?? real.unlink(path)
        }
        calls.mkdir = { [self] path, mode in
            if FileStatus.exists(path) { return real.mkdir(path, mode) }
            return failure().map(Self.fail) ?? real.mkdir(path, mode)
        }
        return calls
    }

    private static func fail(_ code: Int32) -> Int32 {
        errno = code
        return -1
    }

    /// Counts an operation, and says how it fails.
    private func failure() -> Int32? {
        state.withLock { state in
            defer { state.operations += 1 }
            if state.isKilled { return EIO }
            guard let place, state.operations >= place, !state.isHealed else { return nil }
            switch fault {
            case .failing(let code): return code
            case .failingOnce(let code): return state.operations == place ? code : nil
            case .powerLoss: return EIO
            case .short: return nil
            }
        }
    }

    private func isHere() -> Bool {
        state.withLock { state in
            guard state.operations == place else { return false }
            state.operations += 1
            return true
        }
    }

    private var isDead: Bool {
        state.withLock { state in
            state.isKilled || fault == .powerLoss && place.map { state.operations > $0 } ?? false
        }
    }

    private func opened(_ number: Int32, _ path: String, isNew: Bool) {
        state.withLock { state in
            state.open[number] = path
            guard isNew, let inode = try? FileStatus(of: path).identity.inode else { return }
            // The number may be that of a file that is gone.
            state.contents[inode] = nil
        }
    }

    private func synced(_ number: Int32) {
        let path = Path.target(ofLink: "/proc/self/fd/\(number)") ?? ""
        guard let status = try? FileStatus(of: path) else { return }
        state.withLock { state in
            if status.kind == .directory {
                var names: [String: UInt64] = [:]
                for entry in (try? Directory.list(path)) ?? [] {
                    let below = Path.join(path, entry.name)
                    names[entry.name] = (try? FileStatus(of: below, followingLinks: false))?.identity.inode
                }
                state.names[path] = names
            } else {
                state.contents[status.identity.inode] = Self.bytes(path)
            }
        }
    }

    /// Writes what may be there after the loss of power into another directory.
    package func materialize(_ image: Image, in target: String) throws {
        let state = state.withLock { $0 }
        try materialize(root, image, state, target)
    }

    private func materialize(_ directory: String, _ image: Image, _ state: State, _ target: String) throws {
        try Directory.create(target)
        let there = try Directory.listKinds(directory)
        var inodes: [UInt64: (path: String, kind: FileStatus.Kind)] = [:]
        var names: [String: UInt64] = [:]
        for entry in there {
            let path = Path.join(directory, entry.name)
            let inode = try FileStatus(of: path, followingLinks: false).identity.inode
            inodes[inode] = (path, entry.kind)
            names[entry.name] = inode
        }
        if image == .strict { names = state.names[directory] ?? [:] }
        for (name, inode) in names {
            let path = Path.join(target, name)
            if let (below, kind) = inodes[inode], kind == .directory {
                try materialize(below, image, state, path)
                continue
            }
            let bytes: [UInt8] =
                if image == .loose, let below = inodes[inode]?.path { Self.bytes(below) } else {
                    state.contents[inode] ?? []
                }
            let file = try Descriptor(path, .creating)
            try file.write(bytes)
        }
    }
}
