import Glibc
import Platform
import Testing

/// Lets a writer meet every fault at each of its operations.
///
/// - Parameters:
///   - survivesPower: Whether what the writer confirmed must be there after a loss of power.
///   - prepare: Puts what was there before into a directory.
///   - write: The writer. Throws where it says that it failed.
///   - verify: Looks at a directory: whether the new content is there. Records an issue where neither the old nor the new
///     one is there whole.
package func everyFault(
    survivesPower: Bool = true, sourceLocation: SourceLocation = #_sourceLocation,
    prepare: (String) throws -> Void, write: (String, SystemCalls) async throws -> Void,
    verify: (String, Comment) async throws -> Bool
) async throws {
    let first = TemporaryDirectory()
    try prepare(first.path)
    let counting = FaultyDisk(first.path)
    try await write(first.path, counting.calls)
    #expect(try await verify(first.path, "nothing failed"), sourceLocation: sourceLocation)
    let operations = counting.operations
    #expect(operations > 1, "the writer does not go through its system calls", sourceLocation: sourceLocation)

    let faults: [FaultyDisk.Fault] = [
        .failing(ENOSPC), .failing(EIO), .failingOnce(ENOSPC), .failingOnce(EIO), .short, .powerLoss,
    ]
    // The last place is behind all of them: the power goes when the writer has said that it is done.
    for place in 0...operations {
        for fault in place < operations ? faults : [.powerLoss] {
            let told: Comment = "\(fault) at operation \(place) of \(operations)"
            let directory = TemporaryDirectory()
            try prepare(directory.path)
            let disk = FaultyDisk(directory.path, at: place, fault)
            let isConfirmed: Bool
            do {
                try await write(directory.path, disk.calls)
                isConfirmed = true
            } catch {
                isConfirmed = false
            }
            if fault == .short {
                #expect(isConfirmed, told, sourceLocation: sourceLocation)
            }
            guard fault == .powerLoss else {
                let isNew = try await verify(directory.path, told)
                if isConfirmed { #expect(isNew, told, sourceLocation: sourceLocation) }
                try await goOn(in: directory.path, told, sourceLocation, write, verify)
                continue
            }
            for image in FaultyDisk.Image.allCases {
                let told: Comment = "\(told), \(image)"
                let after = TemporaryDirectory()
                let path = after.path("disk")
                try disk.materialize(image, in: path)
                let isNew = try await verify(path, told)
                if isConfirmed, survivesPower || image == .loose {
                    #expect(isNew, told, sourceLocation: sourceLocation)
                }
                try await goOn(in: path, told, sourceLocation, write, verify)
            }
        }
    }
}

/// Whatever was left, the next try succeeds.
private func goOn(
    in directory: String, _ told: Comment, _ sourceLocation: SourceLocation,
    _ write: (String, SystemCalls) async throws -> Void, _ verify: (String, Comment) async throws -> Bool
) async throws {
    do {
        try await write(directory, .system)
    } catch {
        Issue.record("\(told): the next try failed: \(error)", sourceLocation: sourceLocation)
        return
    }
    #expect(try await verify(directory, told), "\(told): after the next try", sourceLocation: sourceLocation)
}
