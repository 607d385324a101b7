import DataFiles
import Foundation
import Glibc
import JSON
import ManifestLoader
import Model
import Platform

@testable import APIClient
@testable import DataFiles
@testable import HTTPServer
@testable import ManifestLoader
@testable import Planner
@testable import Reconciler
@testable import StateStore

/// What libFuzzer calls with each input; `FUZZ_TARGET` names what is fed with it. A crash, a trap, a hang and a memory
/// error are findings; so is what `check` says.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    Fuzz.target(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

enum Fuzz {
    static let target: ([UInt8]) -> Void = {
        let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
        guard let target = targets[name] else {
            print("FUZZ_TARGET is one of \(targets.keys.sorted().joined(separator: " "))")
            exit(1)
        }
        return target
    }()

    /// A directory of this process alone.
    private static let place: String = {
        let base = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
        let path = "\(base)/reconcile-fuzz-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }()

    private static func check(_ holds: Bool, _ words: @autoclosure () -> String) {
        if !holds { fatalError(words()) }
    }

    private static func write(_ bytes: [UInt8], _ name: String) -> String {
        let path = "\(place)/\(name)"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
        return path
    }

    static let targets: [String: ([UInt8]) -> Void] = [
        "json": json, "manifests": manifests, "csv": csv, "rows-json": { rows($0, .json) },
        "ndjson": { rows($0, .ndjson) }, "http-head": httpHead, "answers": answers, "marker": marker,
        "journal": journal, "ledger": ledger, "plan": plan, "selector": selector, "glob": glob, "templates": templates,
        "patterns": patterns,
    ]

    /// What was parsed is written as what is parsed again.
    private static func json(_ bytes: [UInt8]) {
        guard let value = try? JSONValue.parse(bytes) else { return }
        let again = try? JSONValue.parse(Array(value.compactText.utf8))
        check(again == value, "what was written is another document")
        check((try? JSONValue.parse(Array(value.prettyText.utf8))) == value, "what was written prettily is another one")
    }

    private static func manifests(_ bytes: [UInt8]) {
        let loaded = ManifestLoader(directory: "-", text: bytes, secrets: nil).load()
        check(loaded.desired != nil || loaded.diagnostics.hasErrors, "neither manifests nor errors")
        for diagnostic in loaded.diagnostics { check(!diagnostic.message.isEmpty, "an error without words") }
    }

    private static func set(_ path: String, _ format: DataFormat) -> DataSet {
        DataSet(
            files: [DataFile(absolutePath: path, root: place, displayPath: path, format: format)], primaryKey: "id",
            columns: [:], ttlSeconds: nil)
    }

    /// The first bytes choose the dialect.
    private static func csv(_ bytes: [UInt8]) {
        guard bytes.count > 3 else { return }
        var set = set(write(Array(bytes[3...]), "rows.csv"), .csv)
        let (one, two) = (bytes[0], bytes[1])
        set.csv.delimiter = [44, 59, 9, 124, 1][Int(one % 5)]
        if one & 8 != 0 { set.csv.quote = 39 }
        if one & 16 != 0 { set.csv.quote = nil }
        if one & 32 != 0 { set.csv.escape = 92 }
        if one & 64 != 0 { set.csv.decimal = 44 }
        set.csv.skippedLines = Int(two % 4)
        if two & 4 != 0 { set.csv.comment = "#" }
        if two & 8 != 0 { set.csv.trims = true }
        if one & 128 != 0 { set.csv.header = ["id", "a", "b"] }
        if two & 64 != 0 { set.csv.encoding = .windows1252 }
        if two & 128 != 0 { set.csv.encoding = .utf16 }
        if two & 16 != 0 { set.csv.nulls = ["NULL", "\\N"] }
        if two & 32 != 0 { set.columns = ["id": .number, "a": .boolean, "b": .json] }
        survey(set)
    }

    private static func rows(_ bytes: [UInt8], _ format: DataFormat) {
        survey(set(write(bytes, format == .json ? "rows.json" : "rows.ndjson"), format))
    }

    /// Every record that is read is JSON with the primary key.
    private static func survey(_ set: DataSet) {
        let problems = ProblemList()
        guard
            let (reader, _) = try? RecordReaders.open(
                set.files[0], of: set, tuning: Tuning(), problems: problems, shape: 1)
        else { return }
        var record = RecordBuffer()
        var count = 0
        while count < 2000, reader.next(into: &record) {
            let text = UnsafeBufferPointer(start: record.text, count: record.count)
            do throws(JSONError) {
                check(try JSONValue.parse(Array(text)).objectValue != nil, "a record is not a JSON object")
            } catch {
                // Names that occur twice are found where rows are digested.
                check(error.message.contains("occurs twice"), "a record is not JSON: \(error.message)")
            }
            record.clear()
            count += 1
        }
    }

    private static func httpHead(_ bytes: [UInt8]) {
        let limits = HTTPLimits()
        var scanner = HeadScanner(limits: limits)
        guard let end = try? scanner.end(in: bytes[...]) else { return }
        var pieces = HeadScanner(limits: limits)
        var found: Int?
        for count in 1...bytes.count where found == nil { found = try? pieces.end(in: bytes[..<count]) }
        check(found == end, "in pieces the head ends elsewhere")
        _ = try? RequestHead(parsing: bytes[..<end], limits: limits)
    }

    private static let redactor = Redactor(
        keys: try! APIKeys(apiKey: "key-123456", brandKey: "brand-123456"), known: ["sesame-12345"])

    private static func answers(_ bytes: [UInt8]) {
        for status in [200, 404, 422, 500] {
            let answer = HTTPAnswer(
                status: status, headers: ["content-type": "application/json"], body: Data(bytes))
            _ = ErrorAnswer(answer, redactor: redactor)
            let items = try? ListAnswer.items(of: answer)
            for item in items ?? [] { _ = try? ConnectionAnswer(item).connection() }
        }
        guard let value = try? JSONValue.parse(bytes) else { return }
        _ = try? ConnectionAnswer.single(in: value)
        _ = ConnectionAnswer.createdUUID(in: value)
        _ = ReferenceAnswer.single(in: value)
    }

    private static func marker(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let parsed = MarkedDescription(parsing: text)
        guard case .whole(let marker) = parsed.marker else { return }
        let again = MarkedDescription(parsing: MarkedDescription.join(text: parsed.text, marker: marker))
        check(again.marker == .whole(marker), "a marker that was written is read as another")
    }

    private static func journal(_ bytes: [UInt8]) {
        let directory = "\(place)/state"
        mkdir(directory, 0o700)
        let path = write(bytes, "state/state.jsonl")
        chmod(path, 0o600)
        _ = try? StateStore.read(
            directory: directory, identity: StateIdentity(apiURL: "emulator", owner: "default"), time: SystemTime())
    }

    private static func ledger(_ bytes: [UInt8]) {
        let path = write(bytes, "rows.ledger")
        chmod(path, 0o600)
        let identity = LedgerIdentity(
            connection: "c", primaryKey: "id", ttlSeconds: nil, data: DataStamp(version: 1, digest: "0", at: 0))
        _ = RowLedger.open(path: path, expecting: identity)
    }

    private static func plan(_ bytes: [UInt8]) {
        guard let plan = try? SavedPlan(fileText: bytes, path: "plan", tool: "reconcile 0.1.0") else { return }
        check((try? SavedPlan(fileText: Array(plan.fileText.utf8), path: "plan", tool: plan.tool)) != nil, "not read again")
    }

    private static func selector(_ bytes: [UInt8]) {
        let selector = try? LabelSelector(String(decoding: bytes, as: UTF8.self))
        _ = selector?.matches(["team": "crm", "a": "b"])
    }

    private static func glob(_ bytes: [UInt8]) {
        let text = String(decoding: bytes.prefix(60), as: UTF8.self)
        guard !text.utf8.contains(0), !text.contains(".."), !text.hasPrefix("/") else { return }
        _ = Glob().paths(matching: text, in: place)
        _ = DataFileName(text)
    }

    private static func templates(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let template = SecretTemplate(text)
        // By bytes, as the template reads: to characters a brace with a mark above it is another one.
        if template.problems.isEmpty, Array(text.utf8).firstRange(of: Array("$${".utf8)) == nil {
            let parts = template.parts.map { part -> String in
                switch part {
                case .text(let text): text
                case .reference(let reference, _): reference.text
                case .placeholder(let name, _): "{\(name)}"
                }
            }
            check(parts.joined() == text, "a template lost something")
        }
        _ = URLShape.problem(with: text, schemeIsOpen: false)
    }

    private static func patterns(_ bytes: [UInt8]) {
        guard let split = bytes.firstIndex(of: 0) else { return }
        let text = String(decoding: bytes[..<split], as: UTF8.self)
        guard var pattern = try? ValuePattern(text) else { return }
        bytes[(split + 1)...].withUnsafeBufferPointer { _ = pattern.isFound(in: $0) }
    }
}
