/// What the command line says of the daemon.
package struct DaemonOptions: Sendable {
    /// DIR as the user gave it.
    package var directory: String
    package var dataRoots: [String] = []
    /// Where passes write; nothing that happens there causes another. Nil where that is nowhere near DIR.
    package var stateDirectory: String?
    /// Seconds between two passes that nothing else causes.
    package var interval = 300.0
    /// Seconds for which a manifest must be gone, in two passes, before its connection is deleted.
    package var pruneDelay = 60.0
    package var listen: ListenAddress?
    /// Names by which clients may ask for the status, beside addresses and `localhost`.
    package var hosts: [String] = []
    /// Who is told of changes of state.
    package var notify: (any NotificationSender)?
    package var version: String

    package init(directory: String, version: String) {
        self.directory = directory
        self.version = version
    }
}
