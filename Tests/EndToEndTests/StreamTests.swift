import Foundation
import TestSupport
import Testing

/// What becomes of a run whose input and output are not there, are full, or go away.
@Suite struct StreamTests {
    /// Runs a line of shell in which `$0` is the program.
    private func shell(_ line: String, _ scratch: Scratch, environment: [String: String] = [:]) async throws
        -> Program.Run
    {
        try await Program.run(
            [line, Program.path], through: "/bin/sh", "-c",
            environment: environment.merging(["HOME": scratch.root.path, "PATH": "/usr/bin:/bin"]) { own, _ in own },
            directory: scratch.root)
    }

    @Test(arguments: ["0<&-", "1>&-", "2>&-", "0<&- 1>&-", "0<&- 1>&- 2>&-"])
    func closedDescriptorsLetNothingIntoOurFiles(closed: String) async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        for _ in 0..<2 { _ = try await shell("\"$0\" --emulator --state-dir state \(closed)", scratch) }
        let state = try String(contentsOf: scratch.state.appending(path: "emulator/state.jsonl"), encoding: .utf8)
        #expect(!state.contains("Plan:"))
        #expect(!state.contains("created"))
        let run = try await scratch.reconcile(["--emulator", "--dry-run"])
        #expect(run.status == 0, "\(run.err)")
        #expect(run.out.hasSuffix("Plan: no changes, 3 unchanged.\n"), "\(run.out)")
    }

    @Test(arguments: [
        "--emulator --dry-run --state-dir state", "--emulator --dry-run --state-dir state --output json",
        "--emulator --state-dir state", "validate", "validate --output json", "manifest-schema", "--help", "--version",
        "export out --emulator --state-dir state", "query customer-profiles u00001 --emulator --state-dir filled",
    ])
    func outputThatCannotBeWrittenIsAnError(arguments: String) async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        if arguments.contains("filled") { _ = try await shell("\"$0\" --emulator --state-dir filled", scratch) }
        let run = try await shell("\"$0\" \(arguments) > /dev/full", scratch)
        #expect(run.status == 1, "\(run.err)")
        #expect(
            run.err.contains("error: cannot write to standard output: No space left on device\n    help: "),
            "\(run.err)")
    }

    @Test(arguments: ["--help", "manifest-schema", "validate"])
    func aReaderThatGoesAwayIsNoError(arguments: String) async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        // `sleep` holds the pipe until the program has begun; then nobody reads.
        let run = try await shell("{ \"$0\" \(arguments); echo \"status $?\" >&2; } | true", scratch)
        #expect(run.err == "status 0\n", "\(run.err)")
    }

    @Test(arguments: ["", "--dry-run", "validate", "export"])
    func anEmptyDirectoryArgumentIsAnError(command: String) async throws {
        let scratch = try Scratch()
        let run = try await scratch.reconcile(command.split(separator: " ").map(String.init) + [""])
        #expect(run.status == 3)
        #expect(run.err.hasPrefix("error: an argument is empty\n    help: "), "\(run.err)")
        #expect(try scratch.stateContents() == nil)
    }

    /// It is not the data that is wrong.
    @Test(arguments: ["validate", "--emulator --dry-run", "--emulator"])
    func aTemporaryDirectoryThatIsNotThereIsTheMachinesFault(command: String) async throws {
        let scratch = try Scratch()
        try scratch.write("rows.csv", "id\n" + (0..<200_000).map { "\($0)\n" }.joined())
        try scratch.write(
            "a.yaml",
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: a}\n"
                + "spec: {name: A, primary_key: id, data: {files: [rows.csv]}}\n")
        let state = command == "validate" ? "" : " --state-dir state"
        let run = try await shell("\"$0\" \(command)\(state)", scratch, environment: ["TMPDIR": "/none"])
        #expect(run.status == 1, "\(run.err)")
        #expect(
            run.err.contains(
                "error: cannot create a temporary file in /none: No such file or directory\n    help: create the directory"
            ), "\(run.err)")
        #expect(!run.all.lowercased().contains("invalid"), "\(run.all)")
    }

    @Test func aFIFOAsKeyFileIsReadOrRefused() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let line = "mkfifo empty && \"$0\" --dry-run --state-dir s --api-key-file empty --brand-key-file empty"
        let run = try await shell(line, scratch)
        #expect(run.status == 4)
        #expect(run.err.contains("error: the key file empty is empty"), "\(run.err)")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let keys =
            "mkfifo one two && (echo k > one &) && (echo b > two &) && \"$0\" --dry-run --state-dir s "
            + "--api-key-file one --brand-key-file two --api-url \(emulator.url)"
        #expect(try await shell(keys, scratch).status == 0)
    }

    /// Swift finds its arguments in /proc. Without them `--dry-run` must not become a pass.
    @Test func withoutProcNothingIsDone() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let script =
            "umount -l /proc || exit 99; exec \(Program.path) --dry-run --emulator --state-dir \(scratch.state.path)"
        let run = try await Program.run(
            [script], through: "/usr/bin/unshare", "-r", "-m", "sh", "-c", environment: ["PATH": "/usr/bin:/bin"],
            directory: scratch.root)
        // Where nobody may make a space of their own there is nothing to see.
        if run.err.contains("unshare") || run.status == 99 { return }
        #expect(run.status == 1 && run.err.hasPrefix("error: the command line cannot be read"), "\(run.all)")
        #expect(!FileManager.default.fileExists(atPath: scratch.state.path))
    }
}
