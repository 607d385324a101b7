import TestSupport
import Testing

/// Options of uploads, as they are typed.
@Suite struct UploadOptionTests {
    @Test(arguments: [
        ("--upload-concurrency", "0", "1 to 256"), ("--upload-concurrency", "257", "1 to 256"),
        ("--upload-concurrency", "many", "1 to 256"), ("--max-request-bytes", "1023", "1024 to"),
    ])
    func numbersOutOfTheirRangeAreRefused(option: String, value: String, range: String) async throws {
        let scratch = try Scratch()
        let run = try await Program.run(
            [option, value, "--emulator", "--state-dir", scratch.state.path], directory: scratch.root)
        #expect(run.status == 3, "\(run.all)")
        #expect(run.err.contains("\(option) takes a whole number from \(range)"), "\(run.all)")
    }
}
