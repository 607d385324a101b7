import Model

/// A file of another kind than its name says, told by its first bytes.
struct ForeignFormat {
    let message: String
    let help: String

    /// Nil where the bytes may be text.
    init?(beginning bytes: UnsafeBufferPointer<UInt8>, of file: DataFile) {
        func begins(_ magic: [UInt8]) -> Bool {
            bytes.count >= magic.count && bytes.prefix(magic.count).elementsEqual(magic)
        }
        if begins([0x1F, 0x8B]) {
            let name = file.displayPath.split(separator: "/").last ?? ""
            (message, help) = (
                "the file is compressed with gzip" + (file.isCompressed ? " twice" : ""),
                "call it \(name).gz, and name that in `files`: then it is unpacked while it is read"
            )
        } else if begins([0x28, 0xB5, 0x2F, 0xFD]) || begins(Array("BZh".utf8))
            || begins([0xFD, 0x37, 0x7A, 0x58, 0x5A])
        {
            (message, help) = (
                "the file is compressed",
                "unpack it with zstd -d, bunzip2 or unxz; of packed files those of gzip are read"
            )
        } else if begins([0x50, 0x4B, 0x03, 0x04]) {
            (message, help) = (
                "the file is a ZIP archive, or a spreadsheet, which is one",
                "unpack it; save a spreadsheet as CSV UTF-8, a file for each sheet"
            )
        } else if begins([0xD0, 0xCF, 0x11, 0xE0]) {
            (message, help) = ("the file is a spreadsheet of an old Excel", "save it as CSV UTF-8")
        } else if begins(Array("PAR1".utf8)) {
            (message, help) = ("the file is Parquet", "convert it to CSV or NDJSON, with DuckDB or pandas for example")
        } else {
            return nil
        }
    }

    /// Bytes that are enough to tell.
    static let longest = 5
}
