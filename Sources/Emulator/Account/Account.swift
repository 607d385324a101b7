import HTTPServer
import JSON

/// What a request is answered by, besides its own contents.
struct Circumstances: Sendable {
    var dialects: Set<Dialect>
    /// Seconds since 1970.
    var now: Double
    var rejectValue: String?
    /// What external APIs answered, by the place of the query in the request; nil where nobody asked them.
    var external: [Result<JSONValue, APIFailure>]?
    var random: @Sendable () -> UInt64

    /// The answer for one query of an API-based connection.
    func externalAnswer(_ index: Int) throws(APIFailure) -> JSONValue {
        guard let external, external.indices.contains(index) else {
            throw .status(502, "the emulator does not ask external APIs; start it with --external live")
        }
        return try external[index].get()
    }

    func newUUID() -> String { UUIDText.random(random) }
}

/// The account that the emulator pretends to be: its store, kept on disk where asked, and the answers out of it.
///
/// Every change goes through `commit`: journal first, store second, answer last.
actor Account {
    private(set) var store = Store()
    private var journal: Journal?
    /// With `stale-list`: how often the old list is still shown.
    private var staleLists = 0
    private var staleList: [Connection] = []

    /// Errors: `EmulatorError` where the directory cannot be used.
    init(directory: String?, persist: Bool, now: Double) throws {
        guard let directory else { return }
        var store = Store()
        let visit = { (head: JSONValue, body: [UInt8]) throws in
            guard let effect = Effect(head: head, body: body, primaryKey: { store.connections[$0]?.primaryKey }) else {
                throw EmulatorError("the store in \(directory) has an entry of an unknown form: \(head["do"] ?? .null)")
            }
            store.apply(effect)
        }
        if persist {
            let journal = try Journal(directory: directory, visit: visit)
            if journal.size > 2 * store.liveBytes + 1024 * 1024 {
                try journal.rewrite { try store.effects(now: now, $0) }
            }
            self.journal = journal
        } else {
            try Journal.load(directory: directory, visit: visit)
        }
        self.store = store
    }

    /// Makes a change that outlives the process, where a directory is given.
    func commit(_ effect: Effect) throws(APIFailure) {
        do {
            try journal?.append(effect)
        } catch {
            throw .status(500, "the emulator cannot write its store: \(error)")
        }
        store.apply(effect)
    }

    /// Forgets everything.
    func reset() throws {
        try journal?.rewrite { _ in }
        store = Store()
        staleLists = 0
    }

    func connection(_ uuid: String) throws(APIFailure) -> Connection {
        guard let connection = store.connections[uuid] else { throw .notFound("Data Connection") }
        return connection
    }

    /// Remembers the list as it is before a change, for the dialect `stale-list`.
    func rememberList(_ circumstances: Circumstances) {
        guard circumstances.dialects.contains(.staleList) else { return }
        staleList = store.inOrder
        staleLists = 2
    }

    /// What a list shows now.
    func listed(_ circumstances: Circumstances) -> [Connection] {
        guard circumstances.dialects.contains(.staleList), staleLists > 0 else { return store.inOrder }
        staleLists -= 1
        return staleList
    }
}

extension Account {
    /// Carries an operation out. `uuids` are those of the path, in order.
    func answer(
        _ operation: Operation, uuids: [String], request: HTTPRequest, _ circumstances: Circumstances
    ) throws(APIFailure) -> HTTPResponse {
        let uuid = uuids.first ?? ""
        switch operation {
        case .listConnections: return list(circumstances)
        case .createConnection: return try create(request, circumstances)
        case .getConnection: return .json(presented(try connection(uuid), circumstances))
        case .updateConnection: return try update(uuid, request, circumstances)
        case .deleteConnection: return try delete(uuid, circumstances)
        case .uploadData: preconditionFailure("uploads are parsed outside of the actor")
        case .updateData: return try updateData(uuid, request, circumstances)
        case .deleteData: return try deleteData(uuid, request, circumstances)
        case .query: return try query(uuid, request, circumstances)
        case .apiBatchQuery: return try batchQuery(uuid, request, circumstances)
        case .getSchema: return try schema(uuid, circumstances)
        case .listReferences: return .json(.array(try connection(uuid).references.map(\.json)))
        case .createReference: return try createReference(uuid, request, circumstances)
        case .deleteReference: return try deleteReference(uuid, reference: uuids[1])
        case .emarsysExternalContent: return try emarsys(uuid, request, circumstances)
        }
    }
}
