/// A manifest as read: its path for people and its bytes.
struct SourceFile: Sendable {
    let path: String
    /// What paths in it are relative to: absolute; empty where there is no such place.
    let folder: String
    /// UTF-8 where all is well; without a byte order mark.
    let bytes: [UInt8]

    init(path: String, folder: String = "", bytes: [UInt8]) {
        self.path = path
        self.folder = folder
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
    }

    /// The offset at which each line begins. Lines end where libyaml ends them: CR, LF, CR LF, NEL, LS, PS.
    func lineStarts() -> [Int] {
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let length = breakLength(at: index)
            index += max(1, length)
            if length > 0 { starts.append(index) }
        }
        return starts
    }

    /// The line's bytes without its end; `starts` are those of `lineStarts()`, `line` is 1-based.
    func line(_ line: Int, starts: [Int]) -> ArraySlice<UInt8>? {
        guard starts.indices.contains(line - 1) else { return nil }
        let start = starts[line - 1]
        var end = line < starts.count ? starts[line] : bytes.count
        if line < starts.count {
            // The end of the line is one of LF, CR LF, CR, NEL (2 bytes), LS or PS (3 bytes).
            for length in [3, 2, 1] where end - length >= start && breakLength(at: end - length) == length {
                end -= length
                break
            }
        }
        return bytes[start..<end]
    }

    private func breakLength(at index: Int) -> Int {
        switch bytes[index] {
        case 0x0A: 1
        case 0x0D: index + 1 < bytes.count && bytes[index + 1] == 0x0A ? 2 : 1
        case 0xC2: index + 1 < bytes.count && bytes[index + 1] == 0x85 ? 2 : 0
        case 0xE2:
            index + 2 < bytes.count && bytes[index + 1] == 0x80 && (bytes[index + 2] | 1) == 0xA9 ? 3 : 0
        default: 0
        }
    }
}
