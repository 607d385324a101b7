import JSON
import Model
import Planner

/// An account, manifests and state for one test, with plain defaults.
package struct Scenario {
    package static let uuid = "11111111-1111-4111-8111-111111111111"
    package static let other = "22222222-2222-4222-8222-222222222222"
    package static let digest = "0123456789abcdef0123456789abcdef"
    package static let now = 1_700_000_000
    package static let key = SipHash128.Key(7, 9)

    package var policy = Policy()
    package var desired: [DesiredConnection] = []
    package var actual: [ActualConnection] = []
    package var applied: [String: AppliedConnection] = [:]
    package var deletions: [Int] = []
    package var data: [String: PlanningInput.DataVerdict] = [:]
    package var options = PlanningOptions()
    package var doubtfulFiles: [String] = []

    package init(
        policy: Policy = Policy(), desired: [DesiredConnection] = [], actual: [ActualConnection] = [],
        applied: [String: AppliedConnection] = [:], deletions: [Int] = [],
        data: [String: PlanningInput.DataVerdict] = [:], options: PlanningOptions = PlanningOptions()
    ) {
        self.policy = policy
        self.desired = desired
        self.actual = actual
        self.applied = applied
        self.deletions = deletions
        self.data = data
        self.options = options
    }

    package var input: PlanningInput {
        PlanningInput(
            desired: DesiredState(connections: desired, policy: policy, doubtfulFiles: doubtfulFiles),
            actual: ActualState(connections: actual),
            applied: AppliedState(connections: applied, deletions: deletions, secretKey: Self.key), data: data,
            now: Self.now, options: options)
    }

    package func plan() -> Plan { Planner(input).plan() }

    /// The plan's only connection, or the one with that key.
    package func planned(_ key: String = "profiles") -> PlannedConnection? {
        plan().connections.first { $0.key == key }
    }

    package static func manifest(
        _ key: String = "profiles", name: String = "Profiles", primaryKey: String = "user_id",
        description: String? = "Weekly", details: ConfigValue? = nil, data: DesiredData? = nil
    ) -> DesiredConnection {
        let place = SourceLocation(path: "Manifests/\(key).yaml", line: 4, column: 9)
        return DesiredConnection(
            key: key, name: name, primaryKey: primaryKey, description: description, details: details, data: data,
            places: .init(
                manifest: place, primaryKey: SourceLocation(path: place.path, line: 7, column: 16), source: place))
    }

    package static func connection(
        _ uuid: String = Scenario.uuid, name: String = "Profiles", primaryKey: String = "user_id",
        text: String? = "Weekly", owner: String? = "default", key: String = "profiles", isProtected: Bool = false,
        data: DataStamp? = nil, details: ActualDetails = .uploadBased, references: [ActualReference]? = nil
    ) -> ActualConnection {
        let marker = owner.map { OwnershipMarker(owner: $0, key: key, isProtected: isProtected, data: data) }
        return ActualConnection(
            uuid: uuid, name: name, primaryKey: primaryKey,
            description: MarkedDescription.join(text: text, marker: marker), details: details, references: references)
    }

    package static func details(_ members: [String: ConfigValue] = [:]) -> ConfigValue {
        .object(
            [
                "url": .string(ConfigString("https://api.example.com/{sku}")),
                "http_method": .string(ConfigString("GET")),
            ]
            .merging(members) { _, new in new })
    }

    package static let shown: [JSONMember] = [
        JSONMember("url", "https://api.example.com/{sku}"), JSONMember("http_method", "GET"),
    ]

    package static let files = DesiredData(files: [
        DataFile(absolutePath: "/data/a.csv", displayPath: "Manifests/a.csv", format: .csv)
    ])

    package static func summary(digest: String = Scenario.digest, rows: Int = 12_000) -> DataSummary {
        DataSummary(version: 1, digest: digest, rows: rows, requests: 3, bytes: 1_000_000)
    }

    package static func rows(digest: String = Scenario.digest, at: Int = Scenario.now - 100) -> DataStamp {
        DataStamp(version: 1, digest: digest, at: at)
    }

    /// State as a pass leaves it that sent `desired` and was answered `actual`.
    package static func remembered(_ desired: DesiredConnection, _ actual: ActualConnection) -> AppliedConnection {
        let definition = Definition(
            name: desired.name, primaryKey: desired.primaryKey, description: actual.description,
            details: desired.details)
        let sensitive = Set(Field.all(of: definition).filter(\.isSensitive).map(\.path))
        return AppliedConnection(
            uuid: actual.uuid, name: desired.name, primaryKey: desired.primaryKey,
            sent: FieldSnapshot(
                Definition(
                    name: desired.name, primaryKey: desired.primaryKey,
                    description: MarkedDescription.join(
                        text: desired.description, marker: OwnershipMarker(owner: "default", key: desired.key)),
                    details: desired.details), key: key),
            answered: FieldSnapshot(actual, sensitive: sensitive, key: key))
    }
}

extension PlannedConnection {
    package var refusalCodes: [Refusal.Code] { refusals.map(\.code) }
    package var actionNames: [String] { actions.map(\.name) }
    package var changedPaths: [String] {
        actions.flatMap { action -> [String] in
            switch action {
            case .create(let changes), .update(let changes): changes.map(\.path)
            default: []
            }
        }
    }
    package var causes: [FieldChange.Cause] {
        actions.flatMap { action -> [FieldChange.Cause] in
            if case .update(let changes) = action { changes.map(\.cause) } else { [] }
        }
    }
}
