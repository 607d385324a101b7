import JSON
import ManifestLoader
import Model
import Testing

@testable import ManifestWriter

@Suite struct ManifestTests {
    private static let uuid = "c2dcab04-bfeb-4804-88d9-e1462cbf0e07"

    private static func source(
        name: String = "Stock", description: String? = nil, details: JSONValue? = nil, uuid: String = uuid
    ) -> ExportSource {
        ExportSource(
            key: "stock",
            actual: ActualConnection(
                uuid: uuid, name: name, primaryKey: "sku", description: description,
                details: details.map(ActualDetails.apiBased) ?? .uploadBased, references: []), isProtected: false)
    }

    private static func loaded(_ manifest: ExportedManifest) throws -> DesiredConnection {
        let read = ManifestLoader.read(text: manifest.text, path: "stock.yaml")
        #expect(read.diagnostics.isEmpty, "\(read.diagnostics.map(\.rendered))")
        return try #require(read.connections.first)
    }

    @Test func aWholeManifest() throws {
        var source = Self.source(
            description: "Weekly  [reconcile owner=default key=stock protect]",
            details: [
                "url": "https://a.b/{sku}", "http_method": "GET", "ttl": 30.0 as JSONValue, "retries": nil,
                "headers": ["Authorization": "Bearer abc", "X-N": 5, "X-Null": nil],
                "sample_placeholder_values": ["sku": "A-1"], "created_at": "2024",
            ])
        source.isProtected = true
        source.actual.references = [
            ActualReference(uuid: "2", reference: Reference(type: "sms", id: "9")),
            ActualReference(uuid: "1", reference: Reference(type: "mail", id: "1742")),
            ActualReference(uuid: "3", reference: Reference(type: "sms", id: "9")),
        ]
        let manifest = try ExportedManifest(source)
        #expect(
            manifest.text == """
                # Exported from the account: look it through before it goes into Git.
                # Create these files in the credentials directory; each holds nothing but the value:
                #   stock-authorization: what follows "Bearer " in the header Authorization
                # Note: the header X-N is not a string in the account; it becomes one
                # Note: external_api_details.created_at is left out: a manifest cannot say it; it stays as it is
                apiVersion: reconcile/v1
                kind: DataConnection
                metadata:
                  name: stock
                spec:
                  data_connection_uuid: c2dcab04-bfeb-4804-88d9-e1462cbf0e07
                  name: Stock
                  primary_key: sku
                  description: Weekly
                  external_api_details:
                    url: "https://a.b/{sku}"
                    http_method: GET
                    headers:
                      Authorization: "Bearer ${credential:stock-authorization}"
                      X-N: "5"
                    ttl: 30
                    sample_placeholder_values:
                      sku: A-1
                  references:
                    - reference_type: mail
                      reference_id: "1742"
                    - reference_type: sms
                      reference_id: "9"
                  lifecycle:
                    protect: true

                """)
        #expect(!manifest.text.contains("abc"))
        let connection = try Self.loaded(manifest)
        #expect(connection.pinnedUUID == Self.uuid && connection.isProtected)
    }

    @Test func rowsCannotBeExportedAndTheFileSaysHowToAddThem() throws {
        let manifest = try ExportedManifest(Self.source())
        #expect(manifest.text.contains("# data:\n  #   files: [data/stock.csv]\n"))
        #expect(try Self.loaded(manifest).data == nil)
    }

    @Test func referencesThatCannotBeReadAreNoted() throws {
        var source = Self.source()
        source.actual.references = nil
        source.referencesProblem = "404"
        let manifest = try ExportedManifest(source)
        #expect(manifest.remarks == ["the references are left out, because they could not be read: 404"])
        #expect(try Self.loaded(manifest).references == nil)
    }

    @Test func whatAManifestCannotSayIsLeftOut() throws {
        let manifest = try ExportedManifest(
            Self.source(
                description: "use ${env:RECONCILE_X}",
                details: [
                    "url": "https://a.b/{sku}", "http_method": "GET", "timeout": 0, "is_batch_endpoint": "yes",
                    "ttl": 1.5 as JSONValue, "sample_placeholder_values": ["sku": ["a"]],
                ]))
        let connection = try Self.loaded(manifest)
        #expect(connection.description == nil)
        #expect(connection.details?["timeout"] == nil && connection.details?["ttl"] == nil)
        #expect(connection.details?["sample_placeholder_values"]?["sku"]?.revealed() == "sample")
        #expect(manifest.remarks.count == 6, "\(manifest.remarks)")
    }

    @Test func anIdentityThatIsNoUUIDIsNotPinned() throws {
        let manifest = try ExportedManifest(Self.source(uuid: "17"))
        #expect(try Self.loaded(manifest).pinnedUUID == nil)
        #expect(manifest.remarks == ["17 is not a UUID and is not pinned: adopt the connection with --adopt stock"])
    }

    @Test(arguments: [
        (source(name: " "), "spec.name must not be empty"),
        (source(name: "${credential:x}"), "a reference to a secret is not allowed here"),
        (
            source(details: ["url": "ftp://a.b", "http_method": "GET"]),
            "spec.external_api_details.url must begin with https:// or http://"
        ),
        (
            source(details: ["url": "https://a.b", "http_method": "get"]),
            "spec.external_api_details.http_method must be one of GET, POST, PUT, PATCH, DELETE, HEAD"
        ),
        (source(details: ["http_method": "GET"]), "spec.external_api_details.url is missing"),
    ])
    func whatNoManifestCanDeclareIsAProblem(_ source: ExportSource, _ message: String) {
        #expect(throws: ExportedManifest.Problem(message: message)) { try ExportedManifest(source) }
    }

    /// Names and descriptions that people may have typed.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func hostileAccountsComeBackOrAreRefused(_ seed: UInt64) throws {
        var strings = HostileStrings(seed: seed)
        for _ in 0..<40 {
            let (name, description) = (strings.string(), strings.string())
            let source = Self.source(name: name, description: description)
            guard let manifest = try? ExportedManifest(source) else {
                #expect(name.allSatisfy(\.isWhitespace) || name.contains("${env:") || name.isEmpty, "\(name)")
                continue
            }
            let connection = try Self.loaded(manifest)
            #expect(connection.name.hasBytes(of: name))
            let text = MarkedDescription(parsing: description).text
            #expect(text.hasBytes(of: connection.description ?? "") || text.contains("${env:"), "\(text)")
        }
    }
}

extension JSONValue: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self = .number("\(value)") }
}
