import Foundation
import Glibc
import TestSupport
import Testing

@testable import APIClient

/// Listens on loopback and lets a closure write whatever it wants to each connection, with its number from 0; for what no
/// proper server does.
final class RawServer: Sendable {
    let port: UInt16
    private let listener: Int32

    init(isIPv6: Bool = false, answer: @escaping @Sendable (Int32, Int) -> Void) throws {
        let listener = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var storage = sockaddr_storage()
        var length = socklen_t(isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
        if isIPv6 {
            withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    $0.pointee.sin6_family = sa_family_t(AF_INET6)
                    $0.pointee.sin6_addr = in6addr_loopback
                }
            }
        } else {
            withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    $0.pointee.sin_family = sa_family_t(AF_INET)
                    $0.pointee.sin_addr.s_addr = inet_addr("127.0.0.1")
                }
            }
        }
        let isBound = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        // The port stands in the same place in both kinds of address.
        port = withUnsafeBytes(of: &storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
        Thread.detachNewThread {
            var number = 0
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 { break }
                let current = number
                number += 1
                Thread.detachNewThread {
                    var head: [UInt8] = []
                    var byte: UInt8 = 0
                    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), read(connection, &byte, 1) == 1 {
                        head.append(byte)
                    }
                    answer(connection, current)
                    shutdown(connection, Int32(SHUT_RDWR))
                    close(connection)
                }
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    func client(
        host: String = "127.0.0.1", idleTimeout: Double = 30, attempts: Int = 3
    ) throws -> APIClient {
        let configuration = try APIClientConfiguration(
            baseURL: "http://\(host):\(port)/v1/", keys: testKeys(), userAgent: "reconcile/test",
            idleTimeout: idleTimeout, retry: RetryPolicy(maxAttempts: attempts))
        return APIClient(configuration: configuration, time: ManualTime())
    }

    /// False once the client has gone.
    @discardableResult
    static func send(_ text: String, to connection: Int32) -> Bool {
        send(Array(text.utf8), to: connection)
    }

    @discardableResult
    static func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    static func whole(_ body: [UInt8], headers: String = "") -> [UInt8] {
        Array(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\(headers)Content-Length: \(body.count)\r\n\r\n".utf8)
            + body
    }
}
