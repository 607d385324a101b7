/// Which names in `Host` are answered: a page of somebody else, whose name was made to lead here, must not read the
/// status.
package struct AllowedHosts: Sendable {
    private let names: Set<String>
    private var allowsAll = false

    /// For sockets that no page can reach.
    static var all: AllowedHosts {
        var hosts = AllowedHosts()
        hosts.allowsAll = true
        return hosts
    }

    /// - Parameter names: Beside addresses, which no page can take for its own, and `localhost`.
    package init(names: [String] = []) {
        self.names = Set(names.map { $0.lowercased() } + ["localhost"])
    }

    /// - Parameter host: A name or an address, with a port or without; nil where the request has none.
    func allow(_ host: String?) -> Bool {
        // HTTP/1.0, and sockets that have no name.
        guard !allowsAll, let host, !host.isEmpty else { return true }
        if host.hasPrefix("[") { return host.contains("]") }
        let name = host.split(separator: ":", omittingEmptySubsequences: false).first.map { $0.lowercased() } ?? ""
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return isAddress || names.contains(name)
    }
}
