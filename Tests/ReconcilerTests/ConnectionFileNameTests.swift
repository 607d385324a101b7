import Testing

@testable import Reconciler

/// What the service calls a connection never chooses a directory.
@Suite struct ConnectionFileNameTests {
    @Test(arguments: [
        ("0f8b6b0e-1111-4111-8111-111111111111", "0f8b6b0e-1111-4111-8111-111111111111"), ("A", "A"),
        ("../../victim/x", "%2E%2E%2F%2E%2E%2Fvictim%2Fx"), (".", "%2E"), ("a\n\u{0}é", "a%0A%00%C3%A9"),
        ("%2E", "%252E"),
    ])
    func whatIsNotOfAUUIDsAlphabetIsEscaped(uuid: String, name: String) {
        #expect(ConnectionFileName.escaped(uuid) == name)
    }

    @Test func aLongOneFitsIntoAName() {
        #expect(ConnectionFileName.escaped(String(repeating: "/", count: 5000)).utf8.count < 200)
    }
}
