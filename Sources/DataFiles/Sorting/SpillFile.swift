import Model
import Platform

/// A temporary file that rows are sorted in, with errors that name its directory.
///
/// `@unchecked`: one thread writes, and hands it on when all is written; reading moves nothing.
final class SpillFile: BlockSource, @unchecked Sendable {
    private var file: TemporaryFile
    private let directory: String

    init(in directory: String, calls: SystemCalls = .system) throws(DataProblems) {
        self.directory = directory
        do throws(SystemError) {
            file = try TemporaryFile(in: directory, calls: calls)
        } catch {
            throw Self.problem(error)
        }
    }

    /// Bytes written.
    var count: Int { file.count }

    /// Writes all bytes at the end of the file.
    func append(_ bytes: UnsafeRawBufferPointer) throws(DataProblems) {
        do throws(SystemError) { try file.append(bytes) } catch { throw Self.problem(error) }
    }

    /// Fills the buffer from that offset; all of it must have been written before.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(DataProblems) {
        do throws(SystemError) { try file.read(into: bytes, at: offset) } catch { throw Self.problem(error) }
    }

    func damage() -> DataProblems { Self.damage(in: directory) }

    /// The problem of bytes that are not those that were written.
    static func damage(in directory: String) -> DataProblems {
        problem(.inputOutput("read", "a temporary file in \(directory)"))
    }

    private static func problem(_ error: SystemError) -> DataProblems {
        .ofTheMachine(
            error.message,
            help: error.help(
                .writing, elsewhere: "set TMPDIR to another directory",
                space: "sorting the rows takes 40 bytes for each"))
    }
}
