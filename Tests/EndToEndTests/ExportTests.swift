import Foundation
import FoundationNetworking
import JSON
import TestSupport
import Testing

/// `reconcile export`: what the account holds becomes manifests over which a dry run has nothing to do but markers.
@Suite struct ExportTests {
    private static let key = "sk_live_0123456789abcdef"
    private static let password = "correct horse battery staple"

    /// An account as people leave it behind. `{}` marks what a test call would ask for.
    private static let account: [JSONValue] = [
        [
            "name": "Kundenprofile Zürich – é", "primary_key": "no",
            "description": "  yes: [x]\n\n zwei Zeilen # hier\n---\n\"'\\ \u{1}\u{202E}  ",
        ],
        ["name": "1e3", "primary_key": "null", "description": nil],
        ["name": "Stock", "primary_key": "sku", "description": ""],
        [
            "name": "Stock", "primary_key": "sku",
            "description": "${HOME} and {sku}",
            "external_api_details": [
                "url": .string(
                    "https://u:\(password.replacing(" ", with: "_"))@api.example.com/stock?sku={sku}&api_key=\(key)"),
                "http_method": "POST",
                "headers": [
                    "Authorization": .string("Bearer \(key)"), "Accept": "application/json", "X-Trace": "{sku}",
                    "X-Tenant": "acme ${tenant", "Cookie": .string("session=\(key); theme=dark"),
                ],
                "body": [
                    "client_secret": .string(password), "query": "$${sku}", "no": [1.5, nil, true, "1e3", [:], []],
                    "": ["a: b": "- x\ny"],
                ],
                "timeout": 5, "sample_placeholder_values": ["sku": "A-100", "unused": 1],
            ],
        ],
        [
            "name": "Prices", "primary_key": "sku",
            "description": "Ours [reconcile owner=default key=the.prices protect]",
            "external_api_details": ["url": "https://api.example.com/prices", "http_method": "GET", "ttl": 0],
        ],
        ["name": "库存", "primary_key": "id", "description": "Foreign [reconcile owner=crm key=stock]"],
    ]

    /// What has to be put into files, by the names that the export gives.
    private static func credentials(_ stock: String, isMasked: Bool) -> [String: String] {
        let shown = [
            "\(stock)-password": password.replacing(" ", with: "_"), "\(stock)-api_key": key,
            "\(stock)-cookie": "session=\(key); theme=dark",
            "\(stock)-client_secret": password,
        ]
        // Nobody can tell what stands behind a mask, so the file gets the whole value.
        let masked = [
            "\(stock)-authorization": "Bearer \(key)", "\(stock)-x-trace": "{sku}",
            "\(stock)-x-tenant": "acme ${tenant",
        ]
        return isMasked ? shown.merging(masked) { _, whole in whole } : shown
    }

    @Test(arguments: [
        [], ["wrapped-list"], ["bare-list-items"], ["masked-headers"], ["trimmed-descriptions"], ["defaults-filled"],
        ["empty-as-null"], ["wrapped-list-data", "masked-headers", "defaults-filled", "trimmed-descriptions"],
        ["bare-list-items", "masked-headers", "replacing-put", "put-empty-answer"],
    ])
    func theNextDryRunShowsMarkersAlone(_ dialects: [String]) async throws {
        let scratch = try Scratch()
        let options = dialects.isEmpty ? [] : ["--dialect", dialects.joined(separator: ",")]
        let emulator = try await EmulatorProcess(options, directory: scratch.root)
        var uuids: [String] = []
        for connection in Self.account { uuids.append(try await emulator.create(connection)) }
        for id in ["1742", "007"] {
            try await emulator.post(
                "/connections/\(uuids[0])/references",
                ["reference_type": "mail", "reference_id": .string(id)])
        }

        let before = try await emulator.requests().count
        let export = try await scratch.reconcile(["export", "Manifests"], against: emulator)
        #expect(export.status == 0, "\(export.all)")
        #expect(export.out.hasSuffix("Exported 5 connections; 1 of other owners left alone.\n"), "\(export.out)")
        #expect(try await emulator.requests(from: before).allSatisfy { $0.hasPrefix("GET ") })
        #expect(try scratch.stateContents() == nil)
        let stock = "stock-\(uuids[3].prefix(8))"
        #expect(
            try scratch.manifestTexts().keys.sorted()
                == [
                    "1e3.yaml", "kundenprofile-zurich-e.yaml", "stock-\(uuids[2].prefix(8)).yaml", "\(stock).yaml",
                    "the.prices.yaml",
                ].sorted())
        for text in [export.all] + (try scratch.manifestTexts().values) {
            #expect(!text.contains(Self.key) && !text.contains("battery"), "a credential is shown: \(text)")
        }

        let folder = scratch.root.appending(path: "credentials")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, value) in Self.credentials(stock, isMasked: dialects.contains("masked-headers")) {
            #expect(export.err.contains("\n  \(name)  "), "\(name) is not asked for: \(export.err)")
            try Data((value + "\n").utf8).write(to: folder.appending(path: name))
        }
        try await Self.expectMarkersAlone(scratch, emulator, created: uuids)

        let run = try await scratch.reconcile(["--credentials-dir", "credentials"], against: emulator)
        #expect(run.status == 0, "\(run.all)")
        let idle = try await scratch.reconcile(
            ["--dry-run", "--detailed-exitcode", "--credentials-dir", "credentials"], against: emulator)
        #expect(idle.status == 0, "\(idle.all)")
    }

    /// What was found goes into files by itself; one value is one file.
    @Test func credentialsAreWrittenWhereThatIsAskedFor() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        var uuids: [String] = []
        for connection in Self.account { uuids.append(try await emulator.create(connection)) }
        let export = try await scratch.reconcile(
            ["export", "Manifests", "--write-credentials", "credentials"], against: emulator)
        #expect(export.status == 0, "\(export.all)")
        #expect(
            export.err.contains("Wrote 4 credentials, for --credentials-dir; keep them out of Git."), "\(export.err)")
        #expect(!export.all.contains(Self.key) && !export.all.contains("battery"))
        let folder = scratch.root.appending(path: "credentials")
        let stock = "stock-\(uuids[3].prefix(8))"
        for (name, value) in Self.credentials(stock, isMasked: false) {
            let file = folder.appending(path: name)
            #expect(try String(contentsOf: file, encoding: .utf8) == value)
            let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        try await Self.expectMarkersAlone(scratch, emulator, created: uuids)
        // Nothing is written over, unless that is asked for.
        let again = try await scratch.reconcile(
            ["export", "elsewhere", "--write-credentials", "credentials"], against: emulator)
        #expect(again.status == 1 && again.err.contains("would be overwritten"), "\(again.all)")
    }

    private static func expectMarkersAlone(
        _ scratch: Scratch, _ emulator: EmulatorProcess, created uuids: [String]
    ) async throws {
        let dry = try await scratch.reconcile(
            ["--dry-run", "--output", "json", "--credentials-dir", "credentials"], against: emulator)
        #expect(dry.status == 0, "\(dry.all)")
        let connections = try #require(try JSONValue.parse(Data(dry.out.utf8))["connections"]?.arrayValue)
        #expect(Set(connections.compactMap { $0["data_connection_uuid"]?.stringValue }) == Set(uuids.dropLast()))
        for connection in connections {
            #expect(connection["refusals"] == [] && connection["problems"] == [])
            let actions = connection["actions"]?.arrayValue ?? []
            let changes = actions.flatMap { $0["changes"]?.arrayValue ?? [] }.compactMap { $0["path"]?.stringValue }
            let isOwn = connection["key"] == "the.prices"
            #expect(actions.compactMap { $0["action"]?.stringValue } == (isOwn ? [] : ["update"]))
            #expect(changes == (isOwn ? [] : ["ownership marker"]), "\(connection.prettyText)")
        }
    }

    @Test func aDirectoryThatHoldsSomethingIsHandledWithCare() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        _ = try await emulator.create(["name": "Stock", "primary_key": "sku"])
        #expect(try await scratch.reconcile(["export"], against: emulator).status == 0)
        let first = try scratch.manifestTexts()

        // A second export adds what is new and changes nothing else.
        _ = try await emulator.create(["name": "Prices", "primary_key": "sku"])
        let second = try await scratch.reconcile(["export"], against: emulator)
        #expect(second.status == 0, "\(second.all)")
        #expect(second.out.hasSuffix("Exported 1 connection; 1 is declared already.\n"), "\(second.out)")
        #expect(try scratch.manifestTexts().filter { $0.key != "prices.yaml" } == first)

        try scratch.write("stock.yaml", (first["stock.yaml"] ?? "") + "# a word of mine\n")
        let kept = try await scratch.reconcile(["export"], against: emulator)
        #expect(kept.out == "Exported 0 connections; 2 are declared already.\n")
        #expect(try scratch.manifestTexts()["stock.yaml"]?.hasSuffix("# a word of mine\n") == true)
        let forced = try await scratch.reconcile(["export", "--force"], against: emulator)
        #expect(forced.status == 0, "\(forced.all)")
        #expect(try scratch.manifestTexts()["stock.yaml"] == first["stock.yaml"])

        // A file of that name that declares something else is in the way, and nothing at all is written.
        _ = try await emulator.create(["name": "Other", "primary_key": "id"])
        _ = try await emulator.create(["name": "Another", "primary_key": "id"])
        try scratch.write("other.yaml", "# nothing here yet\n")
        let blocked = try await scratch.reconcile(["export"], against: emulator)
        #expect(blocked.status == 1, "\(blocked.all)")
        #expect(blocked.err.contains("error: Manifests/other.yaml would be overwritten"), "\(blocked.err)")
        #expect(try scratch.manifestTexts()["another.yaml"] == nil)

        try scratch.write("broken.yaml", "a: [")
        let broken = try await scratch.reconcile(["export"], against: emulator)
        #expect(broken.status == 3, "\(broken.all)")
    }

    @Test func anExportCanBeRestrictedAndMadeForAnotherOwner() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let uuid = try await emulator.create(["name": "Stock", "primary_key": "sku"])
        _ = try await emulator.create(
            ["name": "Prices", "primary_key": "sku", "description": "[reconcile owner=crm key=prices-of-crm]"])
        let unknown = try await scratch.reconcile(["export", "out", "--name", "Stok"], against: emulator)
        #expect(unknown.status == 1 && unknown.err.contains("there is no connection \"Stok\""), "\(unknown.all)")
        let before = try await emulator.requests().count
        let one = try await scratch.reconcile(["export", "out", "--name", uuid], against: emulator)
        #expect(one.out.contains("out/stock.yaml"), "\(one.all)")
        #expect(try await emulator.requests(from: before).count == 2, "the list, and the references of one")

        let crm = try await scratch.reconcile(
            ["export", "crm", "--owner", "crm", "--name", "prices-of-crm"], against: emulator)
        #expect(crm.status == 0, "\(crm.all)")
        let dry = try await scratch.reconcile(["--dry-run", "--detailed-exitcode", "crm"], against: emulator)
        #expect(dry.status == 0, "its Policy names the owner: \(dry.all)")
        let mixed = try await scratch.reconcile(["export", "out", "--owner", "crm"], against: emulator)
        #expect(mixed.status == 3 && mixed.err.contains("are those of owner \"default\""), "\(mixed.all)")
    }

    @Test func theSchemaIsPrintedForEditors() async throws {
        let scratch = try Scratch()
        let run = try await Program.run(["manifest-schema"], directory: scratch.root)
        #expect(run.status == 0 && run.err.isEmpty, "\(run.err)")
        let schema = try JSONValue.parse(Data(run.out.utf8))
        #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["$defs"]?["DataConnection"] != nil && schema["$defs"]?["Policy"] != nil)
        #expect(try await Program.run(["manifest-schema", "x"], directory: scratch.root).status == 3)
    }

    @Test func whatCannotBeDeclaredIsNamedAndTheRestIsExported() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        _ = try await emulator.create(["name": "${env:RECONCILE_X}", "primary_key": "id"])
        _ = try await emulator.create(["name": "Cut", "primary_key": "id", "description": "x [reconcile owner="])
        _ = try await emulator.create(["name": "Good\u{1B}[31m\r\u{202E}", "primary_key": "id"])
        let run = try await scratch.reconcile(["export"], against: emulator)
        #expect(run.status == 1, "\(run.all)")
        #expect(run.out.hasSuffix("Exported 1 connection; 2 not exported.\n"), "\(run.out)")
        #expect(run.err.contains("a reference to a secret is not allowed here"), "\(run.err)")
        #expect(run.err.contains("its ownership marker is damaged"), "\(run.err)")
        #expect(try scratch.manifestTexts().keys.sorted() == ["good-31m.yaml"])
        #expect(
            run.out.contains("\"Good?[31m??\""), "an account cannot steer the terminal: \(run.out.debugDescription)")
        let wrong = try await EmulatorProcess(["--accept-keys", "a,b"], directory: scratch.root)
        #expect(try await scratch.reconcile(["export"], against: wrong).status == 4)
    }
}

extension EmulatorProcess {
    /// Sends a request as somebody who works by hand does.
    @discardableResult
    func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        var request = URLRequest(url: try #require(URL(string: url + path)))
        request.httpMethod = "POST"
        request.httpBody = Data(body.compactText.utf8)
        for (name, value) in ["x-api-key": "k", "x-brand-key": "b", "Content-Type": "application/json"] {
            request.setValue(value, forHTTPHeaderField: name)
        }
        return try JSONValue.parse(try await URLSession.shared.data(for: request).0)
    }

    /// Creates a connection and returns its uuid.
    func create(_ connection: JSONValue) async throws -> String {
        let answer = try await post("/connections", connection)
        return try #require(answer["data_connection_uuid"]?.stringValue, "\(answer.compactText)")
    }
}

extension Scratch {
    /// Every file below the manifests with its text.
    func manifestTexts() throws -> [String: String] {
        var texts: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: manifests.path) {
            texts[name] = try String(contentsOf: manifests.appending(path: name), encoding: .utf8)
        }
        return texts
    }
}

extension JSONValue: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self = .number("\(value)") }
}
