import Foundation
import Model
import Planner
import Platform
import TestSupport
import Testing

@testable import Daemon

/// The daemon's log and status.
extension SampleFlow {
    static let service = [
        SampleFlow(page: "Service", samples: ["drift"]) {
            let lines = Locked<[String]>([])
            let log = PassLog(
                log: Log(format: .text, time: ManualTime()) { line in lines.withLock { $0.append(line) } })
            let place = SourceLocation(path: "Manifests/stock.yaml", line: 1)
            let desired = DesiredConnection(
                key: "product-stock", name: "Stock", primaryKey: "sku",
                places: .init(manifest: place, primaryKey: place, source: place))
            let change = FieldChange(
                path: "external_api_details.ttl", old: .number("5"), new: .number("60"), isSensitive: false,
                cause: .drift)
            log.planned(
                Plan(connections: [
                    PlannedConnection(
                        LocatedConnection(key: "product-stock", name: "Stock", desired: desired, verdict: .absent),
                        .steps([.update([change])]))
                ]))
            log.did(.updated, key: "product-stock")
            return ["drift": lines.withLock { $0.joined(separator: "\n") }]
        },
        SampleFlow(page: "Service", samples: ["status", "log"]) {
            let shell = try Shell.withManifests()
            let err = Pipe()
            let address = "unix:\(shell.place.path("s"))"
            let daemon = try Program.start(
                ["daemon", "--emulator", "--listen", address, "--log-format", "text"], environment: shell.environment,
                directory: shell.place.url, out: Pipe(), err: err)
            defer { daemon.terminate() }
            let log = try await Program.onThread {
                var log = Data()
                while !String(decoding: log, as: UTF8.self).contains("reason=started") {
                    let more = err.fileHandleForReading.availableData
                    if more.isEmpty { break }
                    log += more
                }
                return String(decoding: log, as: UTF8.self)
            }
            let status = try await shell.run("status --from \(address)")
            return ["status": status.out, "log": log]
        },
    ]
}
