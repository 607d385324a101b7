import Glibc

/// A program that reads a file and whose output is read here; it ends with this value at the latest.
package struct PipedProgram: ~Copyable, Sendable {
    /// How it ended.
    package enum End: Sendable, Hashable {
        /// With that status, and what it wrote to standard error, cut.
        case exited(Int32, words: String)
        case killed(signal: Int32)
    }

    private let name: String
    private let process: pid_t
    private let output: Descriptor
    private let errors: Descriptor
    private var hasEnded = false

    /// `F_SETPIPE_SZ`.
    private static let setPipeSize: Int32 = 1031

    /// One is started at a time: a pipe must not be seen by the next before it is marked to be closed there.
    private static let starting = Locked(())

    /// Starts the program of that name, as PATH finds it, with the file as its standard input, from where that stands.
    ///
    /// Errors: there is no such program, or no room for a process.
    package init(_ name: String, _ arguments: [String], reading file: borrowing Descriptor) throws(SystemError) {
        self.name = name
        let input = file.number
        let started = Self.starting.withLock { _ in Self.start(name, arguments, input: input) }
        process = started.process
        output = Descriptor(owning: started.output, path: name)
        errors = Descriptor(owning: started.errors, path: name)
        if started.code != 0 {
            hasEnded = true
            throw SystemError(operation: "start", path: name, code: started.code)
        }
    }

    private struct Started {
        var process: pid_t = 0
        var output: Int32 = -1
        var errors: Int32 = -1
        /// `errno`.
        var code: Int32 = 0
    }

    private static func start(_ name: String, _ arguments: [String], input: Int32) -> Started {
        var started = Started()
        var ends: [Int32] = [-1, -1, -1, -1]
        defer { for end in [ends[1], ends[3]] where end >= 0 { close(end) } }
        let isMade = ends.withUnsafeMutableBufferPointer { ends in
            pipe(ends.baseAddress!) == 0 && pipe(ends.baseAddress! + 2) == 0
        }
        (started.output, started.errors) = (ends[0], ends[2])
        if !isMade {
            started.code = errno
            return started
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // Room for what the program gets ahead; as good without.
        _ = fcntl(ends[0], setPipeSize, 1 << 20)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[3], 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C is for this process, which ends in its own way. Ignored signals would be inherited.
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in Signal.allCases { sigaddset(&signals, signal.number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var words: [UnsafeMutablePointer<CChar>?] = []
        for word in [name] + arguments { words.append(strdup(word)) }
        words.append(nil)
        // No secret of ours, and messages in English.
        let environment: [UnsafeMutablePointer<CChar>?] = [
            strdup("PATH=" + (Environment.value("PATH") ?? "/usr/bin:/bin")), strdup("LC_ALL=C"), nil,
        ]
        started.code = posix_spawnp(&started.process, name, &actions, &attributes, words, environment)
        for word in words { free(word) }
        for word in environment { free(word) }
        return started
    }

    deinit {
        if !hasEnded {
            kill(process, SIGKILL)
            _ = SystemCalls.retrying { waitpid(process, nil, 0) }
        }
    }

    /// Reads at most that many bytes of its output; 0 when it has closed that.
    package func read(into buffer: UnsafeMutableRawPointer, count: Int) throws(SystemError) -> Int {
        try output.read(into: buffer, count: count)
    }

    /// Waits for its end; to be called when its output has ended.
    package mutating func finish() throws(SystemError) -> End {
        let bytes = try errors.readAll(limit: 2000)
        var status: Int32 = 0
        if SystemCalls.retrying({ waitpid(process, &status, 0) }) < 0 { throw .last("wait for", name) }
        hasEnded = true
        let signal = status & 0x7F
        if signal != 0 { return .killed(signal: signal) }
        return .exited(status >> 8 & 0xFF, words: String(decoding: bytes.prefix(2000), as: UTF8.self))
    }
}
