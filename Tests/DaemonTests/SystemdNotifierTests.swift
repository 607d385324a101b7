import Foundation
import TestSupport
import Testing

@testable import Daemon

@Suite struct SystemdNotifierTests {
    /// A datagram socket as systemd has one.
    final class Receiver {
        let descriptor: Int32

        init(name: [UInt8], isAbstract: Bool) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
            let length = MemoryLayout<sa_family_t>.size + name.count + (isAbstract ? 0 : 1)
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(length))
                }
            }
            try #require(code == 0)
        }

        deinit { close(descriptor) }

        func next() -> String {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            return count < 0 ? "" : String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    @Test func aPathIsReached() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "n-\(UUID().uuidString.prefix(8))").path
        defer { unlink(path) }
        let receiver = try Receiver(name: Array(path.utf8), isAbstract: false)
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": path], time: ManualTime.waiting())
        notifier.send(.ready)
        #expect(receiver.next() == "READY=1")
        notifier.send(.status("two\nlines"))
        #expect(receiver.next() == "STATUS=two lines")
    }

    @Test func anAbstractSocketIsReached() throws {
        let name = "reconcile-tests-\(UUID().uuidString)"
        let receiver = try Receiver(name: [0] + Array(name.utf8), isAbstract: true)
        SystemdNotifier(environment: ["NOTIFY_SOCKET": "@" + name], time: ManualTime.waiting()).send(.reloading)
        #expect(receiver.next() == "RELOADING=1\nMONOTONIC_USEC=1000000000")
    }

    @Test func withoutASocketNothingHappens() {
        let notifier = SystemdNotifier(environment: ["WATCHDOG_USEC": "1000000"], time: ManualTime.waiting())
        notifier.send(.ready)
        #expect(notifier.watchdog == nil)
    }

    @Test func theWatchdogIsOursOnlyWhereSystemdSaysSo() {
        func watchdog(_ more: [String: String]) -> Double? {
            SystemdNotifier(
                environment: ["NOTIFY_SOCKET": "/x"].merging(more) { $1 }, processID: 7, time: ManualTime.waiting()
            ).watchdog
        }
        #expect(watchdog(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"]) == 30)
        #expect(watchdog(["WATCHDOG_USEC": "30000000"]) == 30)
        #expect(watchdog(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"]) == nil)
        #expect(watchdog([:]) == nil)
    }
}
