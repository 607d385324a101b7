import Foundation
import JSON
import Model
import Platform

/// An address that documents are posted to, such as an incoming webhook of a chat. The address is a secret.
package struct Webhook: Sendable {
    /// Scheme and host alone.
    package let destination: String
    private let url: URL
    private let transport: URLSessionTransport

    /// Errors: a `Diagnostic`, which does not repeat the address, for anything but https, or http to this machine.
    package init(_ text: String, userAgent: String, time: any TimeSource) throws(Diagnostic) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), let url = parts.url,
            let host = parts.host?.lowercased(), !host.isEmpty, parts.user == nil, parts.password == nil,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Diagnostic(
                .error, "the address of --notify is not an absolute URL", help: "give it as https://HOST/PATH")
        }
        guard scheme == "https" || scheme == "http" && BaseURL.isLoopback(host) else {
            throw Diagnostic(
                .error, "the address of --notify is not https", help: "plain http is for this machine alone")
        }
        self.url = url
        destination = "\(scheme)://\(host)"
        // Whoever is told gets no keys; the configuration wants some all the same.
        let none = try APIKeys(apiKey: "none", brandKey: "none")
        transport = URLSessionTransport(
            configuration: try APIClientConfiguration(
                baseURL: destination, keys: none, userAgent: userAgent, idleTimeout: 10, attemptTimeout: 15),
            time: time)
    }

    /// Posts one document, once. Returns why that failed, without the address; nil where the answer was a success.
    package func post(_ document: JSONValue) async -> String? {
        var call = HTTPCall(method: "POST", url: url, answerLimit: 64 << 10)
        call.body = Data(document.compactText.utf8)
        call.sendsKeys = false
        let result = await transport.send(call)
        // An open session would wake the process once a second.
        transport.invalidate()
        switch result {
        case .success(let answer): return answer.isSuccess ? nil : "it answered \(answer.status)"
        case .failure(let failure):
            return failure.message.replacing(url.absoluteString, with: destination)
        }
    }
}
