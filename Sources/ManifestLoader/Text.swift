import Glibc

extension UInt8 {
    var isASCIIDigit: Bool { self &- 0x30 < 10 }
    var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isASCIILetterOrDigit: Bool { isASCIIDigit || isASCIILetter }
}

extension Unicode.Scalar {
    /// Of the general category Cc.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F) ~= value }

    /// White space; looked up in the tables of Unicode only where it may be there.
    var isBlank: Bool { isASCII ? self == " " || (0x09...0x0D) ~= value : properties.isWhitespace }
}

extension String {
    /// In double quotes for a message: on one line, control characters as blanks, cut where it is long.
    var quoted: String {
        var shown = ""
        for (count, scalar) in unicodeScalars.enumerated() {
            if count == 60 {
                shown += "…"
                break
            }
            shown.unicodeScalars.append(scalar.isControl ? " " : scalar)
        }
        return "\"\(shown)\""
    }

    /// Whether the absolute path lies below the directory; both without links, `.` and `..`.
    func isBelow(_ directory: String) -> Bool {
        let prefix = directory == "/" ? "/" : directory + "/"
        return utf8.count > prefix.utf8.count && utf8.starts(with: prefix.utf8)
    }

    /// Order by bytes, the same on every machine and in every locale.
    func precedesByBytes(_ other: String) -> Bool {
        let order = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                let common = memcmp(
                    left.baseAddress ?? .init(bitPattern: 1)!,
                    right.baseAddress ?? .init(bitPattern: 1)!, min(left.count, right.count))
                return common == 0 ? left.count < right.count : common < 0
            }
        }
        return (order ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Whether the bytes of `needle` stand anywhere in it; canonical equivalence does not count.
    func containsBytes(of needle: StaticString) -> Bool {
        var text = self
        return text.withUTF8 { bytes in
            let length = needle.utf8CodeUnitCount
            guard var rest = UnsafeRawBufferPointer(bytes).baseAddress else { return false }
            let end = rest + bytes.count
            while let found = memchr(rest, Int32(needle.utf8Start.pointee), end - rest) {
                rest = UnsafeRawPointer(found)
                if end - rest < length { return false }
                if memcmp(rest, needle.utf8Start, length) == 0 { return true }
                rest += 1
            }
            return false
        }
    }

    /// Nothing but blanks, or nothing at all.
    var isBlank: Bool { unicodeScalars.allSatisfy(\.isBlank) }
}
