import Model

/// Where a file's text comes from, as UTF-8: the file itself, or what is made of it on the way.
protocol ByteInput: AnyObject {
    var file: DataFile { get }
    /// How the text stands in the file.
    var encoding: TextEncoding { get }
    /// The stamp of the open file.
    func stamp() throws(DataProblems) -> FileStamp
    /// The next bytes, at most that many; 0 at the end.
    func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(DataProblems) -> Int
    /// Goes on at that offset of the text, further on.
    func skip(to offset: Int) throws(DataProblems)
    /// Whether all of the file, which has that many bytes, was read.
    func hasRead(_ size: Int) -> Bool
}

/// The bytes of a file as they are.
final class FileInput: ByteInput {
    private let input: OpenFile
    private var bytesRead = 0
    let encoding = TextEncoding.utf8

    init(_ input: consuming OpenFile) {
        self.input = input
    }

    var file: DataFile { input.file }
    func stamp() throws(DataProblems) -> FileStamp { try input.stamp() }

    func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(DataProblems) -> Int {
        let got = try input.read(into: buffer, count: count)
        bytesRead += got
        return got
    }

    func skip(to offset: Int) throws(DataProblems) {
        try input.seek(to: offset)
        bytesRead = offset
    }

    func hasRead(_ size: Int) -> Bool { bytesRead == size }
}

extension ByteInput {
    /// Reads from `position` on and throws away what comes before `offset`.
    func discard(from position: Int, to offset: Int) throws(DataProblems) {
        var left = offset - position
        let scratch = UnsafeMutablePointer<UInt8>.allocate(capacity: 64 << 10)
        defer { scratch.deallocate() }
        while left > 0 {
            let got = try read(into: scratch, count: min(left, 64 << 10))
            if got == 0 { throw .moved(file, during: "uploaded") }
            left -= got
        }
    }
}

enum ByteInputs {
    /// Opens the file: unpacked where its name says that it is packed, and brought from that encoding to UTF-8.
    static func open(_ file: DataFile, encoding: TextEncoding) throws(DataProblems) -> any ByteInput {
        let opened = try OpenFile(file)
        let plain: any ByteInput = file.isCompressed ? try GunzipInput(opened) : FileInput(opened)
        return encoding == .utf8 ? plain : TranscodingInput(plain, encoding)
    }
}
