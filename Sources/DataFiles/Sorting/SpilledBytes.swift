import Model

/// Bytes that are written once, in order: a few kilobytes stay in memory, more go to a temporary file.
///
/// `@unchecked`: one thread writes, and hands it on when all is written.
final class SpilledBytes: BlockSource, @unchecked Sendable {
    private let directory: String
    private let bytesInMemory: Int
    private var memory: [UInt8] = []
    private var file: SpillFile?

    init(directory: String, bytesInMemory: Int) {
        self.directory = directory
        self.bytesInMemory = bytesInMemory
    }

    var count: Int { file?.count ?? memory.count }

    func append(_ bytes: UnsafeRawBufferPointer) throws(DataProblems) {
        if file == nil, memory.count + bytes.count > bytesInMemory {
            let made = try SpillFile(in: directory)
            let written = memory
            memory = []
            // Typed errors do not pass through the closures of the standard library.
            let result = written.withUnsafeBytes { buffer in
                Result { () throws(DataProblems) in try made.append(buffer) }
            }
            try result.get()
            file = made
        }
        if let file {
            try file.append(bytes)
        } else {
            memory.append(contentsOf: bytes)
        }
    }

    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(DataProblems) {
        if let file { return try file.read(into: bytes, at: offset) }
        memory.withUnsafeBytes { source in
            bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + bytes.count]))
        }
    }

    func damage() -> DataProblems { SpillFile.damage(in: directory) }
}
