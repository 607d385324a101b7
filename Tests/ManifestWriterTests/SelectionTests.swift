import Model
import Testing

@testable import ManifestWriter

@Suite struct SelectionTests {
    private static func connection(_ number: Int, _ name: String, _ description: String? = nil) -> ActualConnection {
        ActualConnection(
            uuid: "00000000-0000-0000-0000-00000000000\(number)", name: name, primaryKey: "id",
            description: description, details: .uploadBased)
    }

    private static func existing(_ connections: [(key: String, uuid: String?, name: String, path: String)] = [])
        -> ExistingManifests
    {
        let desired = connections.map { declared in
            let place = SourceLocation(path: declared.path, line: 1)
            return DesiredConnection(
                key: declared.key, pinnedUUID: declared.uuid, name: declared.name, primaryKey: "id",
                places: .init(manifest: place, primaryKey: place, source: place))
        }
        return ExistingManifests(
            DesiredState(connections: desired), in: ExportDirectory(path: "out", replaces: false))
    }

    private static let account = ActualState(connections: [
        connection(1, "Free"), connection(2, "Own", "x [reconcile owner=default key=mine protect]"),
        connection(3, "Foreign", "[reconcile owner=crm key=free]"), connection(4, "Cut", "x [reconcile owner=de"),
        connection(5, "Copy", "[reconcile owner=default key=twice]"),
        connection(6, "Copy", "[reconcile owner=default key=twice]"),
    ])

    @Test func unownedAndOwnConnectionsAreExported() {
        let selection = ExportSelection(Self.account, owner: "default", existing: Self.existing())
        #expect(selection.sources.map(\.key) == ["free", "mine"])
        #expect(selection.sources.map(\.isProtected) == [false, true])
        #expect(selection.leftOut.map(\.name) == ["Foreign", "Cut", "Copy", "Copy"])
        #expect(selection.leftOut[0].cause == .otherOwner("crm"))
    }

    @Test func anotherOwnersConnectionsAreExportedWhereItIsNamed() {
        let selection = ExportSelection(Self.account, owner: "crm", existing: Self.existing())
        #expect(selection.sources.map(\.key) == ["free", "free-00000000"])
        #expect(selection.sources.first?.actual.name == "Foreign", "the marker's key goes before a name")
    }

    @Test func aConnectionThatHidesItsDetailsIsLeftOut() {
        var hidden = Self.connection(1, "Hidden")
        hidden.details = .notShown
        let selection = ExportSelection(
            ActualState(connections: [hidden]), owner: "default", existing: Self.existing())
        #expect(selection.sources.isEmpty && selection.leftOut.count == 1)
    }

    @Test func whatIsDeclaredIsLeftAlone() {
        let (one, two) = (Self.connection(1, "A"), Self.connection(2, "B", "[reconcile owner=default key=bee]"))
        let account = ActualState(connections: [one, two, Self.connection(3, "C"), Self.connection(4, "D")])
        let existing = Self.existing([
            ("a-long-name", one.uuid, "Other", "out/a-long-name.yaml"), ("bee", nil, "Other", "out/all.yaml"),
            ("d", nil, "Other", "out/all.yaml"), ("see", nil, "C", "out/elsewhere.yaml"),
        ])
        let selection = ExportSelection(account, owner: "default", existing: existing)
        #expect(selection.sources.map(\.key) == ["d-00000000"], "its name is taken by another manifest")
        #expect(selection.leftOut.map(\.name) == ["A", "B", "C"])
        // Only a manifest that lies alone in its own file can be replaced, and keeps its name.
        let again = ExportSelection(account, owner: "default", existing: existing, replaces: true)
        #expect(again.sources.map(\.key) == ["a-long-name", "d-00000000"])
    }

    @Test func aRestrictionChangesNoNames() {
        let account = ActualState(connections: [Self.connection(1, "Stock"), Self.connection(2, "stock")])
        let all = ExportSelection(account, owner: "default", existing: Self.existing())
        for wish in ["Stock", "00000000-0000-0000-0000-000000000001", "stock-00000000"] {
            let one = ExportSelection(account, owner: "default", existing: Self.existing(), only: [wish])
            #expect(one.unknown.isEmpty)
            #expect(one.sources.allSatisfy { all.sources.contains($0) } && !one.sources.isEmpty)
            #expect(one.sources.count == 1, "\(wish)")
        }
        let none = ExportSelection(account, owner: "default", existing: Self.existing(), only: ["Stok"])
        #expect(none.unknown == ["Stok"])
    }
}
