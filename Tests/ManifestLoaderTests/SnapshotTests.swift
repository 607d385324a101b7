import Glibc
import ManifestLoader
import Model
import Platform
import Testing

@Suite struct SnapshotTests {
    private let workspace = Workspace([
        "M/a.yaml": manifest("a", spec: "data: {files: [\"*.csv\"]}"), "M/x.csv": "id\n1\n", "M/other.json": "[]",
        "M/notes.txt": "",
    ])

    /// Whether the directory still is what `load` read, after `change`.
    private func isSame(after change: () -> Void) throws -> Bool {
        let loaded = workspace.load("M")
        let files = try #require(loaded.desired).connections.flatMap { $0.data?.files ?? [] }
        change()
        return DirectorySnapshot.capture(
            directories: [ManifestDirectory(path: "\(workspace.path)/M", shown: "\(workspace.path)/M")],
            dataFiles: files) == loaded.snapshot
    }

    @Test func nothingMoved() throws {
        #expect(try isSame {})
        #expect(try isSame { workspace.write("M/notes.txt", "new") })
        // A data file that no manifest uses may be written to at any time.
        #expect(try isSame { workspace.write("M/other.json", "[{}]") })
    }

    @Test func manifestsThatChangeAreSeen() throws {
        #expect(try !isSame { workspace.write("M/a.yaml", manifest("b", spec: "data: {files: [\"*.csv\"]} ")) })
        #expect(try !isSame { workspace.write("M/sub/c.yaml", "") })
        // Same size and, where the clock is coarse, perhaps the same time: the inode differs.
        #expect(
            try !isSame {
                workspace.write("new", manifest("c", spec: "data: {files: [\"*.csv\"]} "))
                rename("\(workspace.path)/new", "\(workspace.path)/M/a.yaml")
            })
    }

    @Test func dataFilesThatChangeAreSeen() throws {
        #expect(try !isSame { workspace.write("M/x.csv", "id\n1\n2\n") })
        #expect(try !isSame { workspace.write("M/new.csv", "id\n1\n") })
        #expect(try !isSame { unlink("\(workspace.path)/M/x.csv") })
    }

    @Test func aDirectoryThatIsGoneIsSeen() throws {
        #expect(try !isSame { rename("\(workspace.path)/M", "\(workspace.path)/N") })
    }
}

@Suite struct GitCheckoutLockTests {
    @Test func theLockIsFoundUpwards() {
        let workspace = Workspace(["r/.git/HEAD": "", "r/M/sub/a.yaml": ""])
        #expect(GitCheckout(above: "\(workspace.path)/r/M/sub")?.indexLock == nil)
        workspace.write("r/.git/index.lock", "")
        #expect(GitCheckout(above: "\(workspace.path)/r/M/sub")?.indexLock == "\(workspace.path)/r/.git/index.lock")
        #expect(GitCheckout(above: "\(workspace.path)/r")?.indexLock == "\(workspace.path)/r/.git/index.lock")
        #expect(GitCheckout(above: workspace.path)?.indexLock == nil)
    }

    @Test func aGitFileLeadsToTheLock() {
        let workspace = Workspace([
            "main/.git/worktrees/w/index.lock": "", "w/.git": "gitdir: ../main/.git/worktrees/w\n", "w/M/a.yaml": "",
            "main/.git/index.lock": "", "bad/.git": "nonsense", "bad/M/a.yaml": "",
        ])
        workspace.write("abs/.git", "gitdir: \(workspace.path)/main/.git/worktrees/w\n")
        workspace.link("link", to: "w/M")
        let lock = "main/.git/worktrees/w/index.lock"
        #expect(GitCheckout(above: "\(workspace.path)/w/M")?.indexLock == "\(workspace.path)/w/../\(lock)")
        #expect(GitCheckout(above: "\(workspace.path)/link")?.indexLock == "\(workspace.path)/w/../\(lock)")
        #expect(GitCheckout(above: "\(workspace.path)/abs")?.indexLock == "\(workspace.path)/\(lock)")
        #expect(GitCheckout(above: "\(workspace.path)/bad/M")?.indexLock == nil)
        #expect(GitCheckout(above: "\(workspace.path)/nowhere")?.indexLock == nil)
    }
}
