import Foundation
import Platform
import TestSupport
import Testing

/// A file takes its name when it is whole.
@Suite struct AtomicFileTests {
    private let place = TemporaryDirectory()

    private func mode(_ name: String) throws -> UInt32 { try FileStatus(of: place.path(name)).permissions }

    @Test func nothingIsSeenBeforeItIsPlaced() throws {
        place.write("a", "old")
        var file = try AtomicFile(replacing: place.path("a"), durability: .power)
        try file.write(Array("new".utf8))
        #expect(place.read("a") == "old")
        try file.place()
        #expect(place.read("a") == "new")
        #expect(place.names == ["a"])
    }

    @Test func oneThatIsNotPlacedLeavesNothing() throws {
        do {
            let file = try AtomicFile(replacing: place.path("a"), durability: .process)
            try file.write([1, 2, 3])
        }
        #expect(place.names.isEmpty)
    }

    @Test func aNameThatIsTakenStaysWithItsOwner() throws {
        place.write("a", "theirs")
        do {
            var file = try AtomicFile(replacing: place.path("a"), durability: .power, aside: .hidden(7))
            try file.write(Array("ours".utf8))
            #expect {
                try file.placeAsNew()
            } throws: {
                ($0 as? SystemError)?.alreadyExists == true
            }
        }
        #expect(place.read("a") == "theirs")
        #expect(place.names == ["a"])
    }

    @Test func whatADeadProcessLeftIsReplaced() throws {
        place.write("a.new", "half of something")
        try AtomicFile.write(Array("whole".utf8), to: place.path("a"), durability: .power)
        #expect(place.read("a") == "whole")
        #expect(place.names == ["a"])
    }

    @Test func permissionsAreExactWhateverTheUmask() throws {
        let mask = umask(0o077)
        defer { umask(mask) }
        try AtomicFile.write([1], to: place.path("a"), permissions: .exactly(0o644), durability: .process)
        try AtomicFile.write([1], to: place.path("b"), permissions: .upTo(0o644), durability: .process)
        #expect(try mode("a") == 0o644)
        #expect(try mode("b") == 0o600)
    }
}
