import HTTPServer
import JSON
import Testing

@testable import Emulator

@Suite struct FaultTests {
    private static let body = #"{"name":"n","primary_key":"id"}"#

    /// The answer to a create that meets the fault, and how many connections there are afterwards.
    private func create(_ faults: String) async throws -> (HTTPResponse, Int?, Harness) {
        let harness = try Harness { $0.faults = try! FaultPlan(parsing: faults) }
        let answer = await harness.send("POST", "/connections", Self.body)
        let stats = await harness.admin("GET", "stats").document
        return (answer, stats["connections"]?.intValue, harness)
    }

    @Test func latencyComesLate() async throws {
        let (answer, count, harness) = try await create("latency=0.25@1")
        #expect(answer.status == 200)
        #expect(count == 1)
        #expect(harness.clock.slept == [0.25])
    }

    @Test func everyRequestCanBeLate() async throws {
        let harness = try Harness { $0.latency = 1.5 }
        _ = await harness.send("GET", "/connections")
        _ = await harness.admin("GET", "stats")
        #expect(harness.clock.slept == [1.5])
    }

    @Test func rateLimitSaysWhen() async throws {
        let (seconds, count, _) = try await create("rate_limited=7@1")
        #expect(seconds.status == 429)
        #expect(seconds.headers["Retry-After"] == "7")
        #expect(count == 0)
        let (date, _, _) = try await create("rate_limited=date:7@1")
        #expect(date.headers["Retry-After"] == "Tue, 14 Nov 2023 22:13:27 GMT")
    }

    @Test func errorsComeBeforeOrAfterTheEffect() async throws {
        for status in [500, 502, 503, 504] {
            let (before, none, _) = try await create("error_before=\(status)@1")
            #expect(before.status == status)
            #expect(none == 0)
            let (after, one, _) = try await create("error_after=\(status)@1")
            #expect(after.status == status)
            #expect(!after.text.contains("data_connection_uuid"))
            #expect(one == 1)
        }
    }

    @Test func cutsComeBeforeOrAfterTheEffect() async throws {
        let (before, none, _) = try await create("cut_before@1")
        #expect(before.delivery == .cut)
        #expect(none == 0)
        let (after, one, _) = try await create("cut_after@1")
        #expect(after.delivery == .cut)
        #expect(one == 1)
    }

    @Test func whatIsHeldWaitsForAWord() async throws {
        let harness = try Harness { $0.faults = try! FaultPlan(parsing: "held@POST:1-") }
        async let creating = harness.send(
            "POST", "/connections", #"{"name": "Held", "primary_key": "id"}"#)
        while await !harness.admin("GET", "requests").text.contains("held") { await Task.yield() }
        #expect(await harness.admin("GET", "connections").document["connections"]?.arrayValue?.isEmpty == true)
        _ = await harness.admin("POST", "release")
        #expect(await creating.status == 200)
    }

    @Test func truncatedAnswerHasItsEffect() async throws {
        let (answer, count, _) = try await create("truncated@1")
        #expect(answer.status == 200)
        #expect(answer.delivery == .truncated(answer.body.count / 2))
        #expect(count == 1)
    }

    @Test func truncatedAnswerWithoutABodyIsCut() async throws {
        let harness = try Harness { $0.faults = try! FaultPlan(parsing: "truncated@DELETE:1") }
        let uuid = try await harness.create()
        #expect(await harness.send("DELETE", "/connections/\(uuid)").delivery == .cut)
        #expect(await harness.send("GET", "/connections/\(uuid)").status == 404)
    }

    @Test func rulesChooseByNumberRangeAndMethod() throws {
        let plan = try FaultPlan(
            parsing: "cut_after@3,error-before=502@5-6, truncated@post:2,latency@9-,cut_before@DELETE:*")
        func kind(_ number: Int, _ method: String = "GET", _ ofMethod: Int = 1) -> Fault.Kind? {
            plan.fault(number: number, method: method, numberOfMethod: ofMethod)?.kind
        }
        #expect(
            (1...10).map { kind($0) } == [
                nil, nil, .cutAfter, nil, .errorBefore, .errorBefore, nil, nil, .latency, .latency,
            ])
        #expect(kind(1, "POST", 2) == .truncated)
        #expect(kind(2, "POST", 1) == nil)
        #expect(kind(2, "DELETE", 77) == .cutBefore)
    }

    @Test(arguments: [
        ("explode@1", "unknown fault \"explode\"; known are latency, held, rate_limited, error_before,"),
        ("cut_after", "which request? write for example cut_after@3"),
        ("cut_after@0", "\"0\" is not a request number"), ("cut_after@x", "\"x\" is not a request number"),
        ("cut_after@5-2", "\"5-2\" is not a request number"), ("cut_after@1@2", "which request?"),
        ("cut_after=1@1", "takes no value"), ("error_before=200@1", "500 to 599"),
        ("rate_limited=soon@1", "rate_limited=2 or rate_limited=date:2"), ("latency=-1@1", "0 to 3600"),
    ])
    func parseErrorsSayWhatIsExpected(text: String, part: String) throws {
        let error = try #require(throws: EmulatorError.self) { try FaultPlan(parsing: text) }
        #expect(error.description.contains(part))
    }

    @Test func seedDecidesByRequestNumber() {
        let seeded = SeededFaults(seed: 42, rate: 0.2, latency: 0, retryAfter: 0)
        let first = (1...2000).map { seeded.fault(number: $0) }
        #expect(first == (1...2000).map { seeded.fault(number: $0) })
        let other = SeededFaults(seed: 43, rate: 0.2, latency: 0, retryAfter: 0)
        #expect(first != (1...2000).map { other.fault(number: $0) })
        let hits = first.compactMap { $0?.kind }
        #expect((300...500).contains(hits.count))
        #expect(Set(hits) == Set(Fault.Kind.drawn))
        let none = SeededFaults(seed: 42, rate: 0, latency: 0, retryAfter: 0)
        #expect((1...100).allSatisfy { none.fault(number: $0) == nil })
    }

    @Test func faultsAreSetOverHTTPAndCountFromNow() async throws {
        let harness = try Harness()
        _ = await harness.send("GET", "/connections")
        let set = await harness.admin("POST", "faults", #"{"faults":"error_before@2","relative":true}"#)
        #expect(set.text == #"{"rules":1,"seeded":false}"#)
        let statuses = [
            await harness.send("GET", "/connections").status, await harness.send("GET", "/connections").status,
            await harness.send("GET", "/connections").status,
        ]
        #expect(statuses == [200, 503, 200])
        let seeded = await harness.admin("POST", "faults", #"{"seed":1,"rate":1}"#)
        #expect(seeded.text == #"{"rules":0,"seeded":true}"#)
        #expect(await harness.admin("POST", "faults", #"{"seed":1}"#).status == 400)
        let bad = await harness.admin("POST", "faults", #"{"faults":"boom@1"}"#)
        #expect(bad.status == 400)
        #expect(bad.text.contains("known are latency"))
    }
}
