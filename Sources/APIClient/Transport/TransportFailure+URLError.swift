import Foundation
import FoundationNetworking

extension TransportFailure {
    /// What URLSession's error means. Codes that are not known count as a lost connection: the request may have arrived.
    init(_ error: (any Error)?) {
        guard let error else {
            self.init(kind: .lost, message: "the connection ended without an answer")
            return
        }
        let words = error.localizedDescription
        switch (error as NSError).code {
        case NSURLErrorCancelled: self.init(kind: .cancelled, message: "the session was closed")
        case NSURLErrorTimedOut: self.init(kind: .timedOut, message: "no answer in time")
        case NSURLErrorCannotConnectToHost: self.init(kind: .notConnected, message: words)
        case NSURLErrorCannotFindHost, NSURLErrorDNSLookupFailed: self.init(kind: .unknownHost, message: words)
        case NSURLErrorSecureConnectionFailed, NSURLErrorServerCertificateUntrusted,
            NSURLErrorServerCertificateHasBadDate, NSURLErrorServerCertificateHasUnknownRoot,
            NSURLErrorServerCertificateNotYetValid, NSURLErrorClientCertificateRejected,
            NSURLErrorClientCertificateRequired:
            self.init(kind: .notTrusted, message: words)
        default:
            // What libcurl says of a proxy or a certificate comes without a code of its own.
            if let status = Self.proxyStatus(in: words) {
                self.init(kind: .proxyRefused(status: status), message: words)
                return
            }
            let isTrust = ["certificate", "ssl ", "tls ", "trust anchors"].contains { words.lowercased().contains($0) }
            self.init(kind: isTrust ? .notTrusted : .lost, message: words)
        }
    }

    /// The status of a proxy's answer to CONNECT.
    private static func proxyStatus(in words: String) -> Int? {
        for mark in ["CONNECT tunnel failed, response ", "from proxy after CONNECT"] where words.contains(mark) {
            return words.split { !$0.isNumber }.compactMap { Int($0) }.first { (100..<600).contains($0) } ?? 0
        }
        return nil
    }
}
