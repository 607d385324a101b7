import Foundation
import Glibc
import Platform
import TestSupport
import Testing

/// Nobody who does not read, and nobody who does not write, holds this process up.
@Suite(.timeLimit(.minutes(1))) struct PatienceTests {
    private let place = TemporaryDirectory()

    @Test func messagesToASocketThatNobodyReadsAreDropped() throws {
        let path = "/tmp/rs-\(UInt32.random(in: 0 ... .max))"
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer {
            close(socket)
            unlink(path)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        // A socket takes some ten of them; the others must not wait.
        for number in 0..<1000 { UnixDatagram.send(Array("STATUS=\(number)".utf8), to: path) }
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT)) == 8)
        UnixDatagram.send([1], to: path + "-none")
    }

    @Test func aFIFOWithoutAWriterIsEmpty() throws {
        try #require(mkfifo(place.path("f"), 0o600) == 0)
        #expect(try Descriptor(place.path("f"), .readingThroughLinks).readAll(limit: 100, patience: 0).isEmpty)
    }

    @Test func aWriterOfAFIFOGetsSomeTimeAndNotMore() throws {
        try #require(mkfifo(place.path("f"), 0o600) == 0)
        let reader = try Descriptor(place.path("f"), .readingThroughLinks)
        let writer = open(place.path("f"), O_WRONLY | O_NONBLOCK)
        defer { close(writer) }
        #expect {
            try reader.readAll(limit: 100, patience: 0)
        } throws: {
            ($0 as? SystemError)?.code == EAGAIN
        }
        try #require(write(writer, "key\n", 4) == 4)
        #expect {
            // What came is not the whole while the writer has not closed.
            try reader.readAll(limit: 100, patience: 0)
        } throws: {
            ($0 as? SystemError)?.code == EAGAIN
        }
    }

    @Test func whatAWriterOfAFIFOSaysIsRead() throws {
        try #require(mkfifo(place.path("f"), 0o600) == 0)
        let reader = try Descriptor(place.path("f"), .readingThroughLinks)
        let writer = open(place.path("f"), O_WRONLY | O_NONBLOCK)
        try #require(write(writer, "key\n", 4) == 4)
        close(writer)
        #expect(try reader.readAll(limit: 100, patience: 60) == Array("key\n".utf8))
    }

    @Test func aFIFOInTheWayOfAFileIsNotWaitedFor() throws {
        try #require(mkfifo(place.path("f"), 0o600) == 0)
        #expect(try Descriptor(place.path("f"), .reading).status().kind == .fifo)
    }
}
