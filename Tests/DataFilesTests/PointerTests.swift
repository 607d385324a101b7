import Foundation
import Model
import TestSupport
import Testing

@testable import DataFiles

/// Files that are not what their name says, or not where they were.
@Suite struct PointerTests {
    private let files = TemporaryDirectory()

    @Test(arguments: ["a.csv", "a.json", "a.ndjson"])
    func aPointerOfGitLFSIsCalledOne(name: String) {
        let text = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
        #expect(
            problems(dataSet([files.file(name, text)])) == ["\(name):1:1: this is a pointer of Git LFS, not the data"])
    }

    /// A directory on the way is replaced by a link between the scan of the manifests and the reading of the data.
    @Test func aLinkThatIsSwappedInReadsNothingOutside() throws {
        let manager = FileManager.default
        let root = "\(files.path)/root"
        try manager.createDirectory(atPath: "\(root)/data", withIntermediateDirectories: true)
        try manager.createDirectory(atPath: "\(files.path)/outside", withIntermediateDirectories: true)
        for place in ["root/data", "outside"] {
            try Data("id\n1\n".utf8).write(to: URL(filePath: "\(files.path)/\(place)/a.csv"))
        }
        let file = DataFile(
            absolutePath: "\(root)/data/a.csv", root: root, displayPath: "data/a.csv", format: .csv)
        #expect(problems(dataSet([file])).isEmpty)
        try manager.removeItem(atPath: "\(root)/data")
        try manager.createSymbolicLink(atPath: "\(root)/data", withDestinationPath: "\(files.path)/outside")
        #expect(problems(dataSet([file])) == ["data/a.csv:1:1: cannot open the file: it is a symbolic link"])
    }
}
