import Glibc

/// The right to write a state directory, held by one process at a time.
///
/// The lock lies on a file of its own, because the journal is replaced now and then. It ends with the process.
struct StateLock: Sendable {
    private let file: OpenFile

    /// Takes the lock without waiting. Errors: `.locked` with the process that holds it.
    init(directory: String) throws(StateError) {
        let path = "\(directory)/\(StateDirectory.lockName)"
        guard let file = try OpenFile.open(path, O_RDWR | O_CREAT) else {
            throw StateError.system("open", path, ENOENT)
        }
        do throws(StateError) {
            try file.makePrivate()
            guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                guard code == EWOULDBLOCK else { throw StateError.system("lock", path, code) }
                throw StateError(
                    .locked, "use", directory, cause: "\(Self.holder(file)) is using it",
                    help: "wait for it to end, or give this run another --state-dir", isRetryable: true)
            }
            try file.truncate(to: 0)
            try file.write(Array("\(getpid())\n".utf8))
        } catch {
            file.close()
            throw error
        }
        self.file = file
    }

    func release() { file.close() }

    private static func holder(_ file: OpenFile) -> String {
        var digits = [UInt8](repeating: 0, count: 32)
        let count = digits.withUnsafeMutableBytes { (try? file.read(into: $0)) ?? 0 }
        let text = String(decoding: digits.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self)
        return Int(text).map { "process \($0)" } ?? "another process"
    }
}
