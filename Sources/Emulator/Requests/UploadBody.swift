import HTTPServer
import JSON

/// The body of upload_data, checked in place: the records stay bytes of the body.
struct UploadBody {
    static let maxRecords = 5000

    var rows: [StoredRow] = []
    var ttl: Int?
    var batch: String?
    var isCompleted = true

    private var check = BodyCheck()
    private var settings: [JSONMember] = []
    private var hasData = false

    /// Reads a body. Where `primaryKey` is nil, the records' keys are not looked for.
    ///
    /// Errors: `APIFailure.invalid` with every problem; the `loc` of a record's begins with `body`, `data`, its index.
    static func parse(
        _ request: HTTPRequest, primaryKey: String?, rejectValue: String?
    ) throws(APIFailure) -> UploadBody {
        try BodyCheck.checkType(of: request)
        var upload = UploadBody()
        let reader = RecordReader(primaryKey: primaryKey, rejectValue: rejectValue)
        let malformed = request.body.withUnsafeBufferPointer { bytes in
            upload.scan(bytes, reader: reader)
        }
        if let malformed { throw BodyCheck.invalidJSON(malformed.message, at: malformed.offset) }
        upload.readSettings()
        if !upload.hasData {
            upload.check.add(.missing(["body", "data"], in: .object(upload.settings)))
        }
        try upload.check.finish()
        return upload
    }

    /// The rows of a body that was accepted once, out of the journal.
    static func rows(of body: [UInt8], primaryKey: String) -> [StoredRow] {
        var upload = UploadBody()
        let reader = RecordReader(primaryKey: primaryKey, rejectValue: nil)
        _ = body.withUnsafeBufferPointer { upload.scan($0, reader: reader) }
        return upload.rows
    }

    private mutating func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, reader: RecordReader
    ) -> JSONScanner.Malformed? {
        var scanner = JSONScanner(bytes)
        do throws(JSONScanner.Malformed) {
            guard try scanner.peekKind() == .object else {
                let place = try scanner.value()
                try scanner.end()
                check.add(BodyCheck.notObject(["body"], RecordReader.json(bytes, place)))
                hasData = true
                return nil
            }
            try scanner.object { (scanner, name) throws(JSONScanner.Malformed) in
                if bytes[name].elementsEqual("data".utf8), try scanner.peekKind() == .array {
                    hasData = true
                    try scanRecords(&scanner, bytes, reader: reader)
                } else {
                    let value = RecordReader.json(bytes, try scanner.value())
                    settings.append(JSONMember(RecordReader.text(bytes, name), value))
                }
            }
            try scanner.end()
            return nil
        } catch {
            return error
        }
    }

    private mutating func scanRecords(
        _ scanner: inout JSONScanner, _ bytes: UnsafeBufferPointer<UInt8>, reader: RecordReader
    ) throws(JSONScanner.Malformed) {
        rows = []
        rows.reserveCapacity(Self.maxRecords)
        var count = 0
        try scanner.array { (scanner, index) throws(JSONScanner.Malformed) in
            count += 1
            switch try reader.read(&scanner, bytes, index: index, keep: count <= Self.maxRecords) {
            case .row(let row): rows.append(row)
            case .problem(let problem): if count <= Self.maxRecords { check.add(problem) }
            }
        }
        if count > Self.maxRecords {
            check = BodyCheck()
            check.add(.tooLong(["body", "data"], limit: Self.maxRecords, count: count, input: .null))
        }
    }

    private mutating func readSettings() {
        for member in settings {
            let loc: [JSONValue] = ["body", .string(member.key)]
            switch member.key {
            case "data":
                hasData = true
                _ = check.elements(member.value, at: loc, limit: Self.maxRecords)
            case "ttl_seconds" where !member.value.isNull: ttl = check.integer(member.value, at: loc, minimum: 1)
            case "batch_uuid" where !member.value.isNull: batch = check.uuid(member.value, at: loc)
            case "batch_completed": isCompleted = check.bool(member.value, at: loc) ?? true
            default: break
            }
        }
    }
}

/// Reads one record of an upload in place.
struct RecordReader {
    enum Outcome {
        case row(StoredRow)
        case problem(ValidationProblem)
    }

    let primaryKey: String?
    let rejectValue: String?

    /// Goes over one element of `data`. With `keep` false it is checked as JSON alone.
    func read(
        _ scanner: inout JSONScanner, _ bytes: UnsafeBufferPointer<UInt8>, index: Int, keep: Bool
    ) throws(JSONScanner.Malformed) -> Outcome {
        // Made only where it is needed: nearly all records are fine.
        func loc(_ field: String? = nil) -> [JSONValue] {
            ["body", "data", .number("\(index)")] + (field.map { [.string($0)] } ?? [])
        }
        guard try scanner.peekKind() == .object else {
            let input = Self.json(bytes, try scanner.value())
            return .problem(
                ValidationProblem(
                    loc: loc(), type: "dict_type", message: "Input should be a valid dictionary", input: input))
        }
        let start = scanner.position
        var keyPlace: Range<Int>?
        try scanner.object { (scanner, name) throws(JSONScanner.Malformed) in
            let isKey = keep && primaryKey.map { isSame(bytes, name, $0) } ?? false
            let value = try scanner.value(depth: 2)
            if isKey { keyPlace = value }
        }
        let place = start..<scanner.position
        guard keep, let primaryKey else { return .row(StoredRow(key: RowKey(text: ""), offset: 0, length: 0)) }
        guard let keyPlace else { return .problem(.missing(loc(primaryKey), in: Self.json(bytes, place))) }
        guard let key = key(bytes, keyPlace) else {
            return .problem(
                ValidationProblem(
                    loc: loc(primaryKey), type: "string_type",
                    message: "Input should be a valid string or number that is not empty",
                    input: Self.json(bytes, keyPlace)))
        }
        if let rejectValue, let problem = rejection(of: rejectValue, bytes, place, loc: loc()) {
            return .problem(problem)
        }
        return .row(StoredRow(key: key, offset: place.lowerBound, length: place.count))
    }

    /// The document that stands in that place; null where it cannot be read as a whole.
    static func json(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Range<Int>) -> JSONValue {
        (try? JSONValue.parse(UnsafeBufferPointer(rebasing: bytes[place]), maxDepth: 256)) ?? .null
    }

    /// The text of a string's contents.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ contents: Range<Int>) -> String {
        let isPlain = !bytes[contents].contains(UInt8(ascii: "\\"))
        if isPlain { return String(decoding: bytes[contents], as: UTF8.self) }
        return json(bytes, contents.lowerBound - 1..<contents.upperBound + 1).stringValue ?? ""
    }

    private func isSame(_ bytes: UnsafeBufferPointer<UInt8>, _ name: Range<Int>, _ text: String) -> Bool {
        if bytes[name].elementsEqual(text.utf8) { return true }
        return bytes[name].contains(UInt8(ascii: "\\")) && Self.text(bytes, name).utf8.elementsEqual(text.utf8)
    }

    private func key(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Range<Int>) -> RowKey? {
        switch bytes[place.lowerBound] {
        case UInt8(ascii: "\""):
            guard place.count > 2 else { return nil }
            return RowKey(text: Self.text(bytes, place.lowerBound + 1..<place.upperBound - 1))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return RowKey(text: String(decoding: bytes[place], as: UTF8.self), isNumber: true)
        default: return nil
        }
    }

    private func rejection(
        of text: String, _ bytes: UnsafeBufferPointer<UInt8>, _ place: Range<Int>, loc: [JSONValue]
    ) -> ValidationProblem? {
        let row = UnsafeBufferPointer(rebasing: bytes[place])
        guard row.firstRange(of: text.utf8) != nil else { return nil }
        let members = Self.json(bytes, place).objectValue ?? []
        for member in members where member.value.stringValue?.contains(text) == true {
            return .custom(loc + [.string(member.key)], "the value is not allowed", input: member.value)
        }
        return nil
    }
}
