import JSON
import Model
import Planner
import Platform
import TestSupport
import Testing

@testable import Daemon

/// What the page about the service shows of logs and notifications is what is written.
@Suite struct ServicePageTests {
    private static let place = SourceLocation(path: "Manifests/stock.yaml", line: 1)

    @Test func theCorrectionInTheLog() throws {
        let lines = Locked<[String]>([])
        let log = PassLog(log: Log(format: .text, time: ManualTime()) { line in lines.withLock { $0.append(line) } })
        let desired = DesiredConnection(
            key: "product-stock", name: "Stock", primaryKey: "sku",
            places: .init(manifest: Self.place, primaryKey: Self.place, source: Self.place))
        let change = FieldChange(
            path: "external_api_details.ttl", old: .number("5"), new: .number("60"), isSensitive: false, cause: .drift)
        log.planned(
            Plan(connections: [
                PlannedConnection(
                    LocatedConnection(key: "product-stock", name: "Stock", desired: desired, verdict: .absent),
                    .steps([.update([change])]))
            ]))
        log.did(.updated, key: "product-stock")
        let page = try Handbook.page("Service").codeLines.map { $0.split(separator: " ", maxSplits: 1).last }
        // All but the time, and in this order.
        let written = lines.withLock { $0 }.dropFirst().map { $0.split(separator: " ", maxSplits: 1).last }
        #expect(written.count == 2 && page.contains(written), "\(written)")
    }

    @Test func theNotification() throws {
        let page = try Handbook.page("Service").text
        let block = try #require(
            page.matches(of: /```json\n(\{\n {2}"format_version": 1,\n {2}"text"[\s\S]*?)```/).first)
        let news = ConnectionTracker.News(
            level: .error, event: "connection_failing", key: "product-stock", message: "409 Conflict")
        let document = Notification.document(
            [Notification(news)], owner: "shop", directory: "Manifests", time: "2026-11-30T15:38:02.000Z")
        #expect(try JSONValue.parse(block.1.utf8) == document, "\(document.prettyText)")
    }

    @Test func everyEventIsThere() throws {
        let events = Set(try Handbook.page("Service").names(under: "Being told", column: "event"))
        for status in PassStatus.allCases where ![.converged, .incomplete, .interrupted].contains(status) {
            #expect(events.contains(status.rawValue), "\(status)")
        }
    }
}
