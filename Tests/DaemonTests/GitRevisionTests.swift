import Foundation
import Platform
import TestSupport
import Testing

@testable import Daemon

/// Commits, read from files as Git writes them.
@Suite struct GitRevisionTests {
    private static let commit = String(repeating: "0123456789", count: 4)

    @Test func aLooseRefIsRead() throws {
        let place = TemporaryDirectory()
        place.write(".git/HEAD", "ref: refs/heads/main\n")
        place.write("sub/a.yaml", "")
        #expect(GitCheckout(above: place.path("sub"))?.commit == nil)
        place.write(".git/refs/heads/main", Self.commit + "\n")
        #expect(GitCheckout(above: place.path("sub"))?.commit == Self.commit)
    }

    @Test func packedRefsAndDetachedHeadsAreRead() throws {
        let place = TemporaryDirectory()
        place.write(".git/HEAD", "ref: refs/heads/main\n")
        place.write(
            ".git/packed-refs",
            "# pack-refs with: peeled\n\(String(repeating: "f", count: 40)) refs/heads/mainly\n\(Self.commit) refs/heads/main\n"
        )
        #expect(GitCheckout(above: place.root.path)?.commit == Self.commit)
        place.write(".git/HEAD", String(repeating: "a", count: 64) + "\n")
        #expect(GitCheckout(above: place.root.path)?.commit == String(repeating: "a", count: 64))
    }

    @Test func aWorktreeIsFollowed() throws {
        let place = TemporaryDirectory()
        place.write("main/.git/refs/heads/work", Self.commit)
        place.write("main/.git/worktrees/w/HEAD", "ref: refs/heads/work")
        place.write("main/.git/worktrees/w/commondir", "../..\n")
        place.write("w/.git", "gitdir: ../main/.git/worktrees/w\n")
        #expect(GitCheckout(above: place.path("w"))?.commit == Self.commit)
    }

    @Test(arguments: ["ref: refs/../../x", "nonsense", "", "ref: /etc/passwd"])
    func whatIsNoCommitIsNotShown(head: String) throws {
        let place = TemporaryDirectory()
        place.write(".git/HEAD", head)
        #expect(GitCheckout(above: place.root.path)?.commit == nil)
    }
}
