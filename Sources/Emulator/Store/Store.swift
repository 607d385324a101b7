/// All connections, and how effects change them.
struct Store: Sendable {
    private(set) var connections: [String: Connection] = [:]
    private var nextSerial = 0

    /// All connections in the order of their creation.
    var inOrder: [Connection] { connections.values.sorted { $0.serial < $1.serial } }

    /// Bytes of all records, those of open batches included.
    var liveBytes: Int {
        connections.values.reduce(0) { sum, connection in
            connection.openBatches.values.reduce(sum + connection.rows.liveBytes) { $0 + $1.liveBytes }
        }
    }

    mutating func apply(_ effect: Effect) {
        switch effect {
        case .create(let uuid, let name, let primaryKey, let description, let details):
            connections[uuid] = Connection(
                uuid: uuid, serial: nextSerial, name: name, primaryKey: primaryKey, description: description,
                details: details)
            nextSerial += 1
        case .define(let uuid, let name, let description, let details):
            connections[uuid]?.name = name
            connections[uuid]?.description = description
            connections[uuid]?.details = details
        case .delete(let uuid): connections[uuid] = nil
        case .store(let uuid, let batch, let isCompleted, let expires, let rows, let body):
            connections[uuid]?.store(rows, of: body, expires: expires, batch: batch, isCompleted: isCompleted)
        case .remove(let uuid, let keys):
            for key in keys { _ = connections[uuid]?.rows.remove(key, now: 0) }
        case .link(let uuid, let reference): connections[uuid]?.references.append(reference)
        case .unlink(let uuid, let reference): connections[uuid]?.references.removeAll { $0.uuid == reference }
        case .complete(let uuid, let batches): connections[uuid]?.completedBatches.formUnion(batches)
        }
    }

    /// The shortest row of effects that leads here. Records that have expired are left out.
    func effects(now: Double, _ visit: (Effect) throws -> Void) rethrows {
        for connection in inOrder {
            let uuid = connection.uuid
            try visit(
                .create(
                    uuid: uuid, name: connection.name, primaryKey: connection.primaryKey,
                    description: connection.description, details: connection.details))
            for reference in connection.references { try visit(.link(uuid: uuid, reference: reference)) }
            try Self.pack(connection.rows, now: now) { body, expires in
                try visit(
                    .store(uuid: uuid, batch: nil, isCompleted: true, expires: expires, rows: [], body: body))
            }
            for (batch, rows) in connection.openBatches {
                try Self.pack(rows, now: now) { body, expires in
                    try visit(
                        .store(uuid: uuid, batch: batch, isCompleted: false, expires: expires, rows: [], body: body))
                }
            }
            if !connection.completedBatches.isEmpty {
                try visit(.complete(uuid: uuid, batches: connection.completedBatches.sorted()))
            }
        }
    }

    /// Puts records into bodies of upload_data's form, some megabytes each.
    private static func pack(
        _ rows: RowStore, now: Double, _ visit: (_ body: [UInt8], _ expires: [Double]) throws -> Void
    ) rethrows {
        var body: [UInt8] = []
        var expires: [Double] = []
        func finish() throws {
            if expires.isEmpty { return }
            body.append(contentsOf: "]}".utf8)
            let isUniform = expires.allSatisfy { $0 == expires[0] }
            try visit(body, isUniform ? [expires[0]] : expires)
            body = []
            expires = []
        }
        // The closures only throw what `visit` throws.
        try rows.forEach(now: now) { row, end in
            body.append(contentsOf: (body.isEmpty ? "{\"data\":[" : ",").utf8)
            body.append(contentsOf: row)
            expires.append(end)
            if body.count > 4 * 1024 * 1024 { try finish() }
        }
        try finish()
    }
}

extension Connection {
    /// Records of an incomplete batch are put aside; its completion shows them all at once. A request for a batch that
    /// is complete already is a repeat, and replaces records by themselves.
    fileprivate mutating func store(
        _ rows: [StoredRow], of body: [UInt8], expires: [Double], batch: String?, isCompleted: Bool
    ) {
        guard let batch, !completedBatches.contains(batch) else {
            self.rows.insert(rows, of: body, expires: expires)
            return
        }
        if !isCompleted {
            openBatches[batch, default: RowStore()].insert(rows, of: body, expires: expires)
            return
        }
        completedBatches.insert(batch)
        if var open = openBatches.removeValue(forKey: batch) {
            open.insert(rows, of: body, expires: expires)
            self.rows.absorb(open)
        } else {
            self.rows.insert(rows, of: body, expires: expires)
        }
    }
}
