import Platform

/// Status sockets of the units on this machine: `/run/reconcile/status.sock`, `/run/reconcile-BRAND/status.sock`.
enum UnitSockets {
    /// Paths, sorted. `RECONCILE_RUN_DIRECTORY` stands in for `/run`.
    static func find(_ environment: [String: String]) -> [String] {
        let place = environment["RECONCILE_RUN_DIRECTORY"] ?? "/run"
        let names = ((try? Directory.listKinds(place)) ?? []).map(\.name)
        return names.filter { $0 == "reconcile" || $0.hasPrefix("reconcile-") || $0.hasPrefix("reconcile@") }
            .map { "\(place)/\($0)/status.sock" }.filter(FileStatus.exists).sorted()
    }
}
