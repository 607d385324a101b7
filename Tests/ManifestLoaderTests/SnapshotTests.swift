import Glibc
import ManifestLoader
import Model
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
        return DirectorySnapshot.capture(directory: "\(workspace.path)/M", dataFiles: files) == loaded.snapshot
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

@Suite struct GitIndexLockTests {
    @Test func theLockIsFoundUpwards() {
        let workspace = Workspace(["r/.git/HEAD": "", "r/M/sub/a.yaml": ""])
        #expect(GitIndexLock.path(above: "\(workspace.path)/r/M/sub") == nil)
        workspace.write("r/.git/index.lock", "")
        #expect(GitIndexLock.path(above: "\(workspace.path)/r/M/sub") == "\(workspace.path)/r/.git/index.lock")
        #expect(GitIndexLock.path(above: "\(workspace.path)/r") == "\(workspace.path)/r/.git/index.lock")
        #expect(GitIndexLock.path(above: workspace.path) == nil)
    }

    @Test func aGitFileLeadsToTheLock() {
        let workspace = Workspace([
            "main/.git/worktrees/w/index.lock": "", "w/.git": "gitdir: ../main/.git/worktrees/w\n", "w/M/a.yaml": "",
            "main/.git/index.lock": "", "bad/.git": "nonsense", "bad/M/a.yaml": "",
        ])
        workspace.write("abs/.git", "gitdir: \(workspace.path)/main/.git/worktrees/w\n")
        workspace.link("link", to: "w/M")
        let lock = "main/.git/worktrees/w/index.lock"
        #expect(GitIndexLock.path(above: "\(workspace.path)/w/M") == "\(workspace.path)/w/../\(lock)")
        #expect(GitIndexLock.path(above: "\(workspace.path)/link") == "\(workspace.path)/w/../\(lock)")
        #expect(GitIndexLock.path(above: "\(workspace.path)/abs") == "\(workspace.path)/\(lock)")
        #expect(GitIndexLock.path(above: "\(workspace.path)/bad/M") == nil)
        #expect(GitIndexLock.path(above: "\(workspace.path)/nowhere") == nil)
    }
}
