import Foundation
import Model
import TestSupport
import Testing

@testable import DataFiles

@Suite struct RowSorterTests {
    let files = TemporaryDirectory()

    private func entries(_ count: Int, seed: UInt64, distinctKeys: UInt64 = .max) -> [RowEntry] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { row in
            let key = random.next() % distinctKeys
            return RowEntry(
                key: Digest128(low: key, high: key / 3), content: Digest128(low: random.next(), high: UInt64(row)),
                row: UInt64(row))
        }
    }

    private func description(_ entries: [RowEntry]) -> [String] {
        entries.map { "\($0.key) \($0.content) \($0.row)" }
    }

    /// In memory, one run, many runs, and more runs than are merged at a time, several times over.
    @Test(arguments: [
        (0, 8, 4), (5, 8, 4), (8, 8, 4), (9, 8, 4), (100, 8, 4), (1000, 8, 4), (1000, 3, 2), (777, 50, 2),
    ])
    func sortsLikeTheStandardLibrary(count: Int, capacity: Int, fanIn: Int) throws {
        for keys in [UInt64.max, 10] {
            let entries = entries(count, seed: UInt64(count + capacity), distinctKeys: keys)
            var tuning = Tuning()
            tuning.sortBytes = capacity * MemoryLayout<RowEntry>.stride
            tuning.fanIn = fanIn
            let sorter = RowSorter(directory: files.path, tuning: tuning)
            for entry in entries { try sorter.add(entry) }
            var sorted: [RowEntry] = []
            var cursor = try sorter.finish().cursor()
            while let entry = try cursor.next() { sorted.append(entry) }
            #expect(description(sorted) == description(entries.sorted(by: RowEntry.precedes)))
        }
        // The temporary files have no names.
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.path).isEmpty)
    }

    @Test func sortsInPlace() {
        for (count, keys) in [(0, UInt64.max), (1, .max), (33, .max), (5000, .max), (5000, 3), (5000, 700)] {
            var entries = entries(count, seed: 7, distinctKeys: keys)
            let expected = description(entries.sorted(by: RowEntry.precedes))
            entries.withUnsafeMutableBufferPointer { EntrySort.sort($0) }
            #expect(description(entries) == expected)
        }
    }

    @Test func spillingChangesNothing() throws {
        let text = "id,b\n" + (0..<500).map { "\($0 * 7919 % 500),\($0)\n" }.joined()
        let set = dataSet([files.file("a.csv", text)])
        var tuning = Tuning()
        tuning.sortBytes = 7 * MemoryLayout<RowEntry>.stride
        tuning.fanIn = 3
        #expect(try survey(set, tuning: tuning).get() == survey(set).get())
        let repeated = dataSet([files.file("b.csv", text + "3,x\n")])
        #expect(problems(repeated, tuning: tuning) == ["b.csv:502:1: the primary key \"3\" occurs twice"])
    }

    @Test func aTemporaryDirectoryThatIsNotThere() {
        var tuning = Tuning()
        tuning.sortBytes = 0
        let set = dataSet([files.file("a.csv", "id\n" + (0..<500).map { "\($0)\n" }.joined())])
        let result = survey(set, tuning: tuning, temporaryDirectory: "\(files.path)/none")
        guard case .failure(let found) = result else {
            Issue.record("the survey found a place")
            return
        }
        #expect(found.diagnostics.count == 1)
        #expect(
            found.diagnostics[0].message
                == "cannot create a temporary file in \(files.path)/none: No such file or directory")
        #expect(found.diagnostics[0].help == "create the directory, or set TMPDIR to another directory")
        #expect(found.canRetry)
    }

    @Test func aWriteThatFails() throws {
        let file = try SpillFile(in: files.path)
        // The kernel cannot read from there, and says so as it would say that the disk is full.
        let nowhere = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 8), count: 16)
        #expect {
            try file.append(nowhere)
        } throws: { error in
            (error as? DataProblems)?.diagnostics[0].message
                == "cannot write to a temporary file in \(files.path): Bad address"
        }
    }
}
