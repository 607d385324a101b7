import Dispatch
import Glibc

/// A client that sends exactly the bytes it is told and reads what comes, on threads of its own.
final class RawClient: Sendable {
    private let descriptor: Int32
    /// A queue of its own has a thread of its own; blocking the global ones would block the server's tasks.
    private let queue = DispatchQueue(label: "raw client")

    /// Connects over loopback. Reads give up after `timeout` seconds, so that a wrong server fails a test, not hangs it.
    init(port: UInt16, timeout: Int = 20) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if connected != 0 { throw ClientError.refused(errno) }
    }

    enum ClientError: Error { case refused(Int32) }

    deinit { close(descriptor) }

    /// Sends all of it; a server that hung up is no failure of the client.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { all in
                Glibc.send(descriptor, all.baseAddress! + sent, all.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func shutDownWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Everything up to the end of the stream.
    func readAll() async -> String {
        await read { _ in false }
    }

    /// What comes until the text ends so, or the stream ends.
    func read(untilSuffix suffix: String) async -> String {
        await read { $0.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
    }

    private func read(until isEnough: @escaping @Sendable ([UInt8]) -> Bool) async -> String {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                var all: [UInt8] = []
                var piece = [UInt8](repeating: 0, count: 65536)
                while !isEnough(all) {
                    let count = recv(descriptor, &piece, piece.count, 0)
                    guard count > 0 else { break }
                    all.append(contentsOf: piece[..<count])
                }
                continuation.resume(returning: String(decoding: all, as: UTF8.self))
            }
        }
    }
}
