import Model

/// The text of another input, of another encoding, as UTF-8.
///
/// What is no character there becomes a byte that is none in UTF-8 either: the reader that meets it knows its place.
final class TranscodingInput: ByteInput {
    private let input: any ByteInput
    private(set) var encoding: TextEncoding
    /// Read and not yet made into text.
    private var raw: [UInt8] = []
    private var rawStart = 0
    private var text: [UInt8] = []
    private var textStart = 0
    private var bytesRead = 0
    private var hasBegun = false
    private var isAtEnd = false

    private static let blockBytes = 128 << 10
    private static let noCharacter: UInt8 = 0xFF

    init(_ input: any ByteInput, _ encoding: TextEncoding) {
        self.input = input
        self.encoding = encoding
    }

    var file: DataFile { input.file }
    func stamp() throws(DataProblems) -> FileStamp { try input.stamp() }
    func hasRead(_ size: Int) -> Bool { isAtEnd && input.hasRead(size) }
    func skip(to offset: Int) throws(DataProblems) { try discard(from: bytesRead, to: offset) }

    func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(DataProblems) -> Int {
        while textStart == text.count, !isAtEnd { try convert() }
        let taken = min(count, text.count - textStart)
        text.withUnsafeBufferPointer { text in
            if let base = text.baseAddress { buffer.update(from: base + textStart, count: taken) }
        }
        textStart += taken
        bytesRead += taken
        return taken
    }

    private func convert() throws(DataProblems) {
        text.removeAll(keepingCapacity: true)
        textStart = 0
        raw.removeFirst(rawStart)
        rawStart = 0
        let before = raw.count
        raw.append(contentsOf: repeatElement(0, count: Self.blockBytes))
        var got = 0
        do throws(DataProblems) {
            got = try readRaw(at: before)
        } catch {
            raw.removeLast(Self.blockBytes)
            throw error
        }
        raw.removeLast(Self.blockBytes - got)
        if got == 0 { isAtEnd = true }
        if !hasBegun {
            // The mark has up to three bytes.
            if raw.count < 4, got > 0 { return }
            hasBegun = true
            try readMark()
        }
        switch encoding {
        case .utf8: break
        case .latin1: convertBytes { UInt32($0) }
        case .windows1252: convertBytes(Self.windows1252)
        case .utf16, .utf16LittleEndian: convertUnits(isBigEndian: false)
        case .utf16BigEndian: convertUnits(isBigEndian: true)
        }
    }

    private func readRaw(at offset: Int) throws(DataProblems) -> Int {
        var failure: DataProblems?
        let got = raw.withUnsafeMutableBufferPointer { buffer in
            do throws(DataProblems) {
                return try input.read(into: buffer.baseAddress! + offset, count: Self.blockBytes)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return got
    }

    /// Passes over the mark at the beginning, which must be of the encoding, and finds out the order of bytes.
    private func readMark() throws(DataProblems) {
        let first = raw.prefix(3)
        if first.elementsEqual([0xEF, 0xBB, 0xBF]) {
            throw refusal("the file begins with the mark of UTF-8, and `encoding` says \(encoding.shown)")
        }
        let mark: TextEncoding? =
            first.starts(with: [0xFF, 0xFE])
            ? .utf16LittleEndian : first.starts(with: [0xFE, 0xFF]) ? .utf16BigEndian : nil
        switch encoding {
        case .utf8, .windows1252, .latin1:
            if mark != nil {
                throw refusal("the file begins with the mark of UTF-16, and `encoding` says \(encoding.shown)")
            }
        case .utf16LittleEndian, .utf16BigEndian:
            if let mark, mark != encoding {
                throw refusal(
                    "the file begins with the mark of the other order of bytes than `encoding` says", "utf-16")
            }
            if mark != nil { rawStart = 2 }
        case .utf16:
            if let mark {
                encoding = mark
                rawStart = 2
            } else if raw.count >= 2 {
                switch (raw[0], raw[1]) {
                case (0, 1...): encoding = .utf16BigEndian
                case (1..., 0): encoding = .utf16LittleEndian
                default:
                    throw refusal(
                        "the file does not look like UTF-16: it has no mark, and does not begin with a letter of ASCII",
                        "utf-16le or utf-16be")
                }
            }
        }
    }

    private func refusal(_ message: String, _ other: String? = nil) -> DataProblems {
        DataProblems(diagnostics: [
            Diagnostic(
                .error, message, at: SourceLocation(path: file.displayPath, line: 1),
                help: other.map { "declare encoding: \($0) if it is" } ?? "leave `encoding` out, or correct it")
        ])
    }

    /// Nil for bytes that are no character.
    private static func windows1252(_ byte: UInt8) -> UInt32? {
        guard byte & 0xE0 == 0x80 else { return UInt32(byte) }
        let scalar = upperHalf[Int(byte & 0x1F)]
        return scalar == 0 ? nil : scalar
    }

    /// Characters of the bytes 80 to 9F (Microsoft's code page 1252).
    private static let upperHalf: [UInt32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    private func convertBytes(_ scalar: (UInt8) -> UInt32?) {
        for byte in raw[rawStart...] {
            if byte < 0x80 { text.append(byte) } else { append(scalar(byte)) }
        }
        rawStart = raw.count
    }

    private func convertUnits(isBigEndian: Bool) {
        func unit(_ offset: Int) -> UInt32 {
            let (first, second) = (UInt32(raw[offset]), UInt32(raw[offset + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        while rawStart + 1 < raw.count {
            let first = unit(rawStart)
            if first & 0xF800 != 0xD800 {
                if first < 0x80 { text.append(UInt8(first)) } else { append(first) }
                rawStart += 2
                continue
            }
            if rawStart + 3 >= raw.count, !isAtEnd { return }
            let second = rawStart + 3 < raw.count ? unit(rawStart + 2) : 0
            if first < 0xDC00, second & 0xFC00 == 0xDC00 {
                append(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF)
                rawStart += 4
            } else {
                append(nil)
                rawStart += 2
            }
        }
        if isAtEnd, rawStart < raw.count {
            append(nil)
            rawStart = raw.count
        }
    }

    private func append(_ scalar: UInt32?) {
        guard let scalar else { return text.append(Self.noCharacter) }
        switch scalar {
        case ..<0x80: text.append(UInt8(scalar))
        case ..<0x800:
            text.append(0xC0 | UInt8(scalar >> 6))
            text.append(0x80 | UInt8(scalar & 0x3F))
        case ..<0x10000:
            text.append(0xE0 | UInt8(scalar >> 12))
            text.append(0x80 | UInt8(scalar >> 6 & 0x3F))
            text.append(0x80 | UInt8(scalar & 0x3F))
        default:
            text.append(0xF0 | UInt8(scalar >> 18))
            text.append(0x80 | UInt8(scalar >> 12 & 0x3F))
            text.append(0x80 | UInt8(scalar >> 6 & 0x3F))
            text.append(0x80 | UInt8(scalar & 0x3F))
        }
    }
}
