import Foundation
import Model
import TestSupport
import Testing

@testable import DataFiles

@Suite struct FileSafetyTests {
    let files = TemporaryDirectory()

    private func placed(_ name: String) -> DataFile {
        DataFile(absolutePath: "\(files.path)/\(name)", displayPath: name, format: .csv)
    }

    @Test func whatIsNoRegularFile() {
        #expect(mkfifo("\(files.path)/fifo.csv", 0o600) == 0)
        #expect(mkdir("\(files.path)/folder.csv", 0o700) == 0)
        let real = files.file("real.csv", "id\n1\n")
        #expect(symlink(real.absolutePath, "\(files.path)/link.csv") == 0)
        #expect(problems(dataSet([placed("fifo.csv")])) == ["fifo.csv:1:1: is a FIFO; data files are regular files"])
        #expect(
            problems(dataSet([placed("folder.csv")])) == [
                "folder.csv:1:1: is a directory; data files are regular files"
            ])
        #expect(
            problems(dataSet([placed("link.csv")]))[0].hasPrefix(
                "link.csv:1:1: cannot open the file: it is a symbolic link"))
        #expect(
            problems(dataSet([placed("none.csv")]))[0]
                == "none.csv:1:1: cannot open the file: No such file or directory")
    }

    @Test func oneBadFileDoesNotHideAnother() throws {
        let missing = placed("none.csv")
        #expect(problems(dataSet([missing, files.file("b.csv", "id\n1,2\n")])).count == 2)
        // Trying again helps only where it helps against all of it.
        for (other, canRetry) in [("id\n1,2\n", false), ("id\n1\n", true)] {
            guard case .failure(let found) = survey(dataSet([missing, files.file("b.csv", other)])) else {
                Issue.record("the missing file was not missed")
                return
            }
            #expect(found.canRetry == canRetry)
        }
    }

    /// Rows that are wrong in a file that moves are nothing that somebody has to mend.
    @Test(arguments: ["20000\n", "half,a,row"])
    func aFileThatMovesWhileItIsRead(addition: String) {
        let file = files.file("a.csv", "id\n" + (0..<20_000).map { "\($0)\n" }.joined())
        var asked = 0
        let result = DataSurveyor.survey(
            dataSet([file]), limits: RequestLimits(), temporaryDirectory: files.path, tuning: Tuning()
        ) {
            asked += 1
            if asked == 2 { append(addition, to: file) }
            return false
        }
        guard case .failure(let found) = result else {
            Issue.record("the change went unseen")
            return
        }
        #expect(found.diagnostics.map(\.message) == ["the file changed while it was read"])
        #expect(found.canRetry)
    }

    private func append(_ text: String, to file: DataFile) {
        let handle = FileHandle(forWritingAtPath: file.absolutePath)!
        handle.seekToEndOfFile()
        handle.write(Data(text.utf8))
        handle.closeFile()
    }

    @Test func aFileThatMovesWhileItIsUploaded() throws {
        let file = files.file("a.csv", "id\n1\n2\n")
        let other = files.file("b.csv", "id\n3\n")
        let set = dataSet([file, other])
        let fingerprint = try survey(set).get().fingerprint
        let limits = RequestLimits(maxRows: 1)

        var reader = try RowChunkReader(set, limits: limits, expecting: fingerprint)
        #expect(try reader.next()?.rowCount == 1)
        try reader.verifyUnchanged()
        append("4\n", to: other)
        let moved = DataProblems.moved(other, during: "uploaded")
        #expect(throws: moved) { try reader.verifyUnchanged() }
        #expect(throws: moved) { while try reader.next() != nil {} }

        append("4\n", to: file)
        #expect(throws: DataProblems.moved(file, during: "uploaded")) {
            try RowChunkReader(set, limits: limits, expecting: fingerprint)
        }
    }

    @Test func aFileThatIsReplacedIsAnother() throws {
        let file = files.file("a.csv", "id\n1\n2\n")
        let set = dataSet([file])
        let fingerprint = try survey(set).get().fingerprint
        let copy = files.file("copy.csv", "id\n1\n2\n")
        #expect(rename(copy.absolutePath, file.absolutePath) == 0)
        #expect(try DataFingerprint.current(of: set) != fingerprint)
    }

    @Test func fingerprints() throws {
        let file = files.file("a.csv", "id\n1\n")
        let set = dataSet([file])
        let fingerprint = try survey(set).get().fingerprint
        #expect(try DataFingerprint.current(of: set) == fingerprint)
        for other in [
            dataSet([file], key: "b"), dataSet([file], columns: ["id": .number]), dataSet([file], ttl: 1),
        ] {
            let found = try DataFingerprint.current(of: other)
            #expect(found.files == fingerprint.files)
            #expect(found.settings != fingerprint.settings)
        }
        let changed = fingerprint.files[0].changed.seconds
        #expect(!fingerprint.isSettled(at: changed + 1.9))
        #expect(fingerprint.isSettled(at: changed + 2.1))
        let encoded = try JSONEncoder().encode(fingerprint)
        #expect(try JSONDecoder().decode(DataFingerprint.self, from: encoded) == fingerprint)
    }

    @Test func settingsOfAnotherSurveyAreRefused() throws {
        let file = files.file("a.csv", "id,b\n1,2\n")
        let fingerprint = try survey(dataSet([file])).get().fingerprint
        #expect(throws: DataProblems.self) {
            try RowChunkReader(dataSet([file], key: "b"), limits: RequestLimits(), expecting: fingerprint)
        }
    }

    @Test func cancelling() {
        let result = DataSurveyor.survey(
            dataSet([files.file("a.csv", "id\n1\n")]), limits: RequestLimits(), temporaryDirectory: files.path,
            isCancelled: { true })
        guard case .failure(let problems) = result else {
            Issue.record("the survey went on")
            return
        }
        #expect(problems.wasCancelled)
    }
}
