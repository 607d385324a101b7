import Platform

/// The directory that holds the state.
enum StateDirectory {
    static let journalName = "state.jsonl"
    static let lockName = "lock"

    /// Makes the directory and those above it that are missing, for this user alone. One that is there stays as it is.
    static func create(_ path: String, calls: SystemCalls = .system) throws(StateError) {
        try failing(as: StateError.init) { () throws(SystemError) in try Directory.create(path, calls: calls) }
    }

    /// Returns when names made or changed in the directory are on disk.
    static func sync(_ path: String, calls: SystemCalls = .system) throws(StateError) {
        try failing(as: StateError.init) { () throws(SystemError) in try Directory.sync(path, calls: calls) }
    }
}
