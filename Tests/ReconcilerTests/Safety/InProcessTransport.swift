import Emulator
import Foundation
import HTTPServer
import Model
import Platform

@testable import APIClient

/// Hands requests to an emulator of this process, without a socket: hundreds of accounts take seconds.
struct InProcessTransport: HTTPTransport {
    let emulator: Emulator

    static func client(_ emulator: Emulator, time: any TimeSource) throws -> APIClient {
        APIClient(
            configuration: try APIClientConfiguration(
                baseURL: "http://127.0.0.1\(Emulator.basePath)", keys: try APIKeys(apiKey: "k", brandKey: "b"),
                userAgent: "tests"),
            transport: InProcessTransport(emulator: emulator), time: time)
    }

    func send(_ call: HTTPCall) async -> Result<HTTPAnswer, TransportFailure> {
        guard let answer = await emulator.answer(to: call) else {
            return .failure(TransportFailure(kind: .lost, message: "cut"))
        }
        return .success(answer)
    }

    func invalidate() {}
}

extension Emulator {
    /// Takes a request of the client's as if it had come over a socket; nil where the answer does not come whole.
    func answer(to call: HTTPCall) async -> HTTPAnswer? {
        var target = call.url.path(percentEncoded: true)
        if let query = call.url.query(percentEncoded: true) { target += "?" + query }
        var headers: HTTPHeaders = ["x-api-key": "k", "x-brand-key": "b"]
        for (name, value) in call.headers { headers[name] = value }
        let response = await handle(
            HTTPRequest(method: call.method, target: target, headers: headers, body: [UInt8](call.body ?? Data())))
        call.onBodySent()
        guard response.delivery == .whole else { return nil }
        return HTTPAnswer(
            status: response.status, headers: ["content-type": response.headers["content-type"] ?? ""],
            body: Data(response.body))
    }
}
