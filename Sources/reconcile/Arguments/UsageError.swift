/// Arguments that make no sense, and how to find out what would.
struct UsageError: Error {
    var message: String
    var help: String

    init(_ message: String, help: String = "see reconcile --help") {
        self.message = message
        self.help = help
    }
}
