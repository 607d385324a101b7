import Foundation
import Glibc
import TestSupport
import Testing

@testable import APIClient

/// What a broken or hostile server can send, and what becomes of it.
@Suite struct HostileServerTests {
    private static let connection = RawServer.whole(Array(shownConnection.utf8))

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Type: app", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n",
        "",
    ])
    func aCloseInTheHeadIsALostConnection(piece: String) async throws {
        let server = try RawServer { connection, number in
            if number == 0 {
                RawServer.send(piece, to: connection)
            } else {
                RawServer.send(Self.connection, to: connection)
            }
        }
        let client = try server.client()
        #expect(try await client.connection(uuid).name == "Profiles")
        client.invalidate()
        server.stop()
    }

    @Test func aCloseInEachHeadIsAnError() async throws {
        let server = try RawServer { connection, _ in RawServer.send("HTTP/1.1 200 OK\r\n", to: connection) }
        let client = try server.client()
        let error = await failure { try await client.connection(uuid) }
        #expect(error?.kind == .unreachable)
        #expect(error?.attempts == 3)
        #expect(error?.cause.contains("was lost") == true, "\(error?.cause ?? "")")
        client.invalidate()
        server.stop()
    }

    @Test func anIPv6AddressIsReached() async throws {
        guard
            let server = try? RawServer(
                isIPv6: true, answer: { connection, _ in RawServer.send(Self.connection, to: connection) })
        else { return }
        let client = try server.client(host: "[::1]")
        #expect(try await client.connection(uuid).name == "Profiles")
        client.invalidate()
        server.stop()
    }

    /// The share of the processor, not its time: with the spin it is all of it.
    @Test func waitingForAnAnswerCostsNoProcessor() async throws {
        let server = try RawServer { connection, _ in
            var byte: UInt8 = 0
            while read(connection, &byte, 1) > 0 {}
        }
        let client = try server.client(idleTimeout: 2, attempts: 1)
        let (cpu, wall) = (Self.seconds(CLOCK_PROCESS_CPUTIME_ID), Self.seconds(CLOCK_MONOTONIC))
        let error = await failure { try await client.connection(uuid) }
        let used = Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu
        #expect(error?.kind == .unreachable)
        #expect(used < (Self.seconds(CLOCK_MONOTONIC) - wall) / 3, "\(used) s of CPU")
        client.invalidate()
        server.stop()
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func aCompressedAnswerIsBoundedWhenUnpacked() async throws {
        let directory = TemporaryDirectory()
        let packed = try await Program.onThread {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", "head -c 536870912 /dev/zero | tr '\\0' ' ' | gzip -1 > bomb"]
            process.currentDirectoryURL = URL(filePath: directory.path)
            try process.run()
            process.waitUntilExit()
            return [UInt8](try Data(contentsOf: URL(filePath: directory.path + "/bomb")))
        }
        let server = try RawServer { connection, _ in
            RawServer.send(RawServer.whole(packed, headers: "Content-Encoding: gzip\r\n"), to: connection)
        }
        let client = try server.client()
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .ascii)
        let before = Self.peak()
        let error = await failure { try await client.listConnections() }
        #expect(error?.kind == .invalidAnswer)
        #expect(error?.cause.contains("longer than") == true, "\(error?.cause ?? "")")
        #expect(Self.peak() - before < 300_000, "\(Self.peak() - before) KiB")
        client.invalidate()
        server.stop()
    }

    @Test func aListOfMillionsOfNothingIsBounded() async throws {
        let body =
            [UInt8]("[".utf8) + Array(repeatElement(Array("{},".utf8), count: 5_000_000).joined()) + Array("{}]".utf8)
        let server = try RawServer { connection, _ in RawServer.send(RawServer.whole(body), to: connection) }
        let client = try server.client()
        let error = await failure { try await client.listConnections() }
        #expect(error?.kind == .invalidAnswer)
        #expect(error?.cause.contains("more than 2000000 values") == true, "\(error?.cause ?? "")")
        client.invalidate()
        server.stop()
    }

    @Test func aListThatLeavesOutEverythingIsNotReadOneByOne() async throws {
        let items = (0..<20_001).map { #"{"data_connection_uuid":"\#($0)","name":"a"}"# }
        let transport = FakeTransport([.json("[\(items.joined(separator: ","))]")])
        let client = try client(transport)
        let error = await failure { try await client.listConnections() }
        #expect(error?.kind == .invalidAnswer)
        #expect(transport.requests == ["GET /connections"])
    }

    /// KiB.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return Int(line.split { !$0.isNumber }.first ?? "") ?? 0
    }
}
