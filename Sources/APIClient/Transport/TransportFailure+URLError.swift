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
            // What libcurl says of a certificate comes without a code of its own.
            let isTrust = ["certificate", "ssl ", "tls "].contains { words.lowercased().contains($0) }
            self.init(kind: isTrust ? .notTrusted : .lost, message: words)
        }
    }
}
