import Dispatch
import Foundation
import JSON
import Model
import Platform

/// Reads a journal from its beginning, line by line, without holding it whole.
///
/// Only what follows the last line break can be torn, by a kill or a full disk; everything else that is wrong is damage.
struct JournalReader {
    private let path: String
    private let identity: StateIdentity
    private var contents = JournalContents(applied: AppliedState())
    /// The last entry of each key, decoded at the end: most lines are superseded by later ones.
    private var latest: [String: Latest] = [:]

    private struct Latest {
        var line: Int
        var connection: [UInt8]
    }

    /// A longer line was never written.
    private static let maxLine = 32 << 20

    private init(path: String, identity: StateIdentity) {
        self.path = path
        self.identity = identity
    }

    /// The contents; nil where not even a header is whole, so that nothing was ever recorded.
    ///
    /// Errors: `.damaged` with the line, `.newerVersion`, `.otherIdentity`.
    static func read(_ file: borrowing Descriptor, identity: StateIdentity) throws(StateError) -> JournalContents? {
        var reader = JournalReader(path: file.path, identity: identity)
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var rest: [UInt8] = []
        while true {
            // Typed errors do not pass through the closures of the standard library.
            let count = try buffer.withUnsafeMutableBytes { bytes in
                Result { () throws(SystemError) in try file.read(into: bytes.baseAddress!, count: bytes.count) }
            }.mapError(StateError.init).get()
            if count == 0 { break }
            var start = 0
            while let end = buffer[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
                if rest.isEmpty {
                    try reader.replay(buffer[start..<end])
                } else {
                    rest += buffer[start..<end]
                    try reader.replay(rest[...])
                    rest.removeAll(keepingCapacity: true)
                }
                start = end + 1
            }
            rest += buffer[start..<count]
            if rest.count > maxLine {
                throw reader.damaged("the line is too long", line: reader.contents.lineCount + 1)
            }
        }
        return try reader.finished(rest: rest)
    }

    private mutating func finished(rest: [UInt8]) throws(StateError) -> JournalContents? {
        contents.isTorn = !rest.isEmpty
        if contents.lineCount == 0 {
            let isBeginning = rest.prefix(JournalFormat.sumPrefix.count)
                .elementsEqual(JournalFormat.sumPrefix.prefix(rest.count))
            guard isBeginning, rest.count < 64 << 10 else { throw damaged("it is not a journal", line: 1) }
            return nil
        }
        let records = latest.map { (key: $0.key, line: $0.value.line, bytes: $0.value.connection) }
        contents.applied.connections.reserveCapacity(records.count)
        var unreadable: (line: Int, key: String)?
        for (record, connection) in zip(records, Self.decoded(records.map(\.bytes))) {
            contents.applied.connections[record.key] = connection
            if connection == nil, record.line < unreadable?.line ?? .max { unreadable = (record.line, record.key) }
        }
        if let unreadable {
            throw StateError(
                .newerVersion, "read", "\(path):\(unreadable.line)",
                cause: "the record of \"\(unreadable.key)\" lacks something or has another form",
                help: "use the version that wrote it, or \(Self.wayOut)")
        }
        return contents
    }

    /// The connections of these records, on all cores: to decode ten thousand takes longer than to plan them. Nil for a
    /// record that is none.
    private static func decoded(_ records: [[UInt8]]) -> [AppliedConnection?] {
        let chunk = 256
        return [AppliedConnection?](unsafeUninitializedCapacity: records.count) { buffer, count in
            // Each index is written by exactly one iteration, and all have ended before the buffer is read.
            nonisolated(unsafe) let slots = buffer.baseAddress
            DispatchQueue.concurrentPerform(iterations: (records.count + chunk - 1) / chunk) { iteration in
                guard let slots else { return }
                let decoder = JSONDecoder()
                for index in (iteration * chunk)..<min((iteration + 1) * chunk, records.count) {
                    (slots + index).initialize(
                        to: try? decoder.decode(AppliedConnection.self, from: Data(records[index])))
                }
            }
            count = records.count
        }
    }

    private mutating func replay(_ line: ArraySlice<UInt8>) throws(StateError) {
        let number = contents.lineCount + 1
        if number == 1 { try refuseNewer(line) }
        let entry = try checked(line, number: number)
        contents.lineCount = number
        contents.goodLength += line.count + 1
        if number == 1 { return try replayHeader(entry) }
        if entry.starts(with: JournalFormat.setPrefix) { return try replaySet(entry, line: number) }
        guard let json = try? JSONValue.parse(entry) else { throw damaged("the entry is not JSON", line: number) }
        if let key = json["remove"]?.stringValue {
            latest[key] = nil
        } else if let key = json["delete"]?.stringValue, let at = json["at"]?.intValue {
            latest[key] = nil
            contents.applied.deletions.append(at)
        } else if let times = json["deletions"]?.arrayValue {
            contents.applied.deletions = times.compactMap(\.intValue)
        } else {
            throw StateError(
                .newerVersion, "read", "\(path):\(number)", cause: "the entry is of a kind that is not known",
                help: "use the version that wrote it, or \(Self.wayOut)")
        }
    }

    /// The entry of a line whose sum is right.
    private mutating func checked(_ line: ArraySlice<UInt8>, number: Int) throws(StateError) -> ArraySlice<UInt8> {
        let prefix = JournalFormat.prefixLength
        guard line.count > prefix, line.last == UInt8(ascii: "}"), line.starts(with: JournalFormat.sumPrefix) else {
            throw damaged("the line is not of the form that was written", line: number)
        }
        let digits = line.dropFirst(JournalFormat.sumPrefix.count).prefix(32)
        let entry = line.dropFirst(prefix).dropLast()
        let sum = entry.withUnsafeBytes { JournalFormat.sum(of: $0, after: contents.lastSum) }
        guard line.dropFirst(prefix - JournalFormat.entryPrefix.count).starts(with: JournalFormat.entryPrefix),
            Digest128(String(decoding: digits, as: UTF8.self)) == sum
        else { throw damaged("its checksum is wrong", line: number) }
        contents.lastSum = sum
        return entry
    }

    /// A later version may have other sums, so this comes before they are looked at.
    private func refuseNewer(_ line: ArraySlice<UInt8>) throws(StateError) {
        guard let json = try? JSONValue.parse(line) else { return }
        guard let version = (json["entry"] ?? json)["version"]?.intValue, version > JournalFormat.version else {
            return
        }
        throw StateError(
            .newerVersion, "read", path,
            cause: "its format is version \(version), and this program knows up to \(JournalFormat.version)",
            help: "use the newer program that wrote it")
    }

    private mutating func replayHeader(_ entry: ArraySlice<UInt8>) throws(StateError) {
        guard let json = try? JSONValue.parse(entry), json["format"]?.stringValue == JournalFormat.name,
            let url = json["api_url"]?.stringValue, let owner = json["owner"]?.stringValue,
            let key = json["secret_key"]?.stringValue.flatMap({ Digest128($0) })
        else { throw damaged("the header is not of the form that was written", line: 1) }
        guard url == identity.apiURL, owner == identity.owner else {
            throw StateError(
                .otherIdentity, "use", path,
                cause: "it is the state of owner \(owner) at \(url), "
                    + "not of owner \(identity.owner) at \(identity.apiURL)",
                help: "give each API URL and owner a --state-dir of its own")
        }
        contents.applied.secretKey = SipHash128.Key(key.low, key.high)
        contents.brand = json["brand"]?.stringValue
        let brand = identity.brandDigest(contents.applied.secretKey)
        guard identity.acceptsNewBrandKey || brand == nil || contents.brand == nil || brand == contents.brand else {
            throw StateError(
                .otherIdentity, "use", path, cause: "it is the state of another brand: the x-brand-key is another",
                help: "give each brand a --state-dir of its own; if only the key of the same brand is new, give "
                    + "--allow-new-brand-key once")
        }
    }

    private mutating func replaySet(_ entry: ArraySlice<UInt8>, line: Int) throws(StateError) {
        let rest = entry.dropFirst(JournalFormat.setPrefix.count)
        let key = rest.prefix { $0 != UInt8(ascii: "\"") }
        let value = rest.dropFirst(key.count)
        guard value.starts(with: JournalFormat.connectionPrefix), value.last == UInt8(ascii: "}") else {
            throw damaged("the entry is not of the form that was written", line: line)
        }
        latest[String(decoding: key, as: UTF8.self)] = Latest(
            line: line, connection: Array(value.dropFirst(JournalFormat.connectionPrefix.count).dropLast()))
    }

    private func damaged(_ cause: String, line: Int) -> StateError {
        StateError(
            .damaged, "read", "\(path):\(line)", cause: "the state is damaged: \(cause)",
            help: "restore the file from a backup, or \(Self.wayOut)")
    }

    private static let wayOut =
        "move it away: without it the markers in the account tell what is owned (with ownership: state nothing does)"
}
