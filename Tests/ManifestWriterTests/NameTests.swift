import Model
import Testing

@testable import ManifestWriter

@Suite struct NameTests {
    @Test(arguments: [
        ("Customer profiles", "customer-profiles"), ("Café à la crème", "cafe-a-la-creme"), ("Größe", "grosse"),
        ("Ærø Łódź", "aero-lodz"), ("  --x!!y--  ", "x-y"), ("Клиенты Москва", "klienty-moskva"), ("Йод", "iod"),
        ("Πελάτες", "pelates"), ("v1.2_beta", "v1.2_beta"), ("ﬁle №5", "file-no5"), ("Ⅻ", "xii"),
        ("A" + String(repeating: "b", count: 100), "a" + String(repeating: "b", count: 62)),
        (String(repeating: "a", count: 62) + "- b", String(repeating: "a", count: 62)),
    ])
    func namesAreTransliterated(_ name: String, _ slug: String) { #expect(ManifestName.slug(name) == slug) }

    @Test func whatHasNoLettersOfOursHasNoSlug() {
        for name in ["库存", "!!", "", "🧑‍🚀", "..."] { #expect(ManifestName.slug(name) == nil, "\(name)") }
    }

    private static func connection(_ name: String, _ uuid: String) -> ActualConnection {
        ActualConnection(uuid: uuid, name: name, primaryKey: "id", description: nil, details: .uploadBased)
    }

    @Test func namesAreUniqueAndDoNotDependOnTheOrder() {
        let connections = [
            Self.connection("Stock", "aaaaaaaa-0000-0000-0000-000000000001"),
            Self.connection("stock!", "bbbbbbbb-0000-0000-0000-000000000002"),
            Self.connection("Stock", "bbbbbbbb-0000-0000-0000-000000000003"),
            Self.connection("库存", "cccccccc-0000-0000-0000-000000000004"),
            Self.connection("Prices", "dddddddd-0000-0000-0000-000000000005"),
            Self.connection("Taken", "eeeeeeee-0000-0000-0000-000000000006"),
            Self.connection("stock-aaaaaaaa", "ffffffff-0000-0000-0000-000000000007"),
        ]
        let names = ManifestNames(taken: ["taken"]).names(of: connections)
        #expect(names == ManifestNames(taken: ["taken"]).names(of: connections.reversed()))
        #expect(
            connections.map { names[$0.uuid] } == [
                "stock-aaaaaaaa", "stock-bbbbbbbb", "stock-bbbbbbbb00000000", "connection-cccccccc", "prices",
                "taken-eeeeeeee", "stock-aaaaaaaa-ffffffff",
            ])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func everyNameIsAKeyAndNoneIsGivenTwice(_ seed: UInt64) {
        var source = HostileStrings(seed: seed)
        let connections = (0..<200).map { index in
            Self.connection(source.string(), "\(String(source.next(), radix: 16))-\(index)")
        }
        let names = ManifestNames(taken: []).names(of: connections)
        #expect(names.count == 200 && Set(names.values).count == 200)
        for name in names.values { #expect(MarkedDescription.isKey(name), "\(name)") }
    }
}
