import JSON
import Model
import Testing

@testable import Daemon

/// What the page about the service shows of notifications is what is written.
@Suite struct ServicePageTests {
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
