import HTTPServer
import JSON

extension Account {
    /// Stores what an upload brings. The body was parsed before, outside of the actor.
    func upload(
        _ upload: UploadBody, body: [UInt8], to uuid: String, _ circumstances: Circumstances
    ) throws(APIFailure) -> HTTPResponse {
        try requireUploads(uuid)
        if let batch = upload.batch, circumstances.dialects.contains(.noRepeatOfCompleted),
            store.connections[uuid]?.completedBatches.contains(batch) == true
        {
            throw .invalid([
                .custom(["body", "batch_uuid"], "the batch is completed already", input: .string(batch))
            ])
        }
        // A body that grew while it came may hold much more memory than it has bytes, and is kept for long.
        let kept = body.capacity > body.count + body.count / 4 ? Array(body[...]) : body
        let batch = upload.batch ?? circumstances.newUUID()
        try commit(
            .store(
                uuid: uuid, batch: batch, isCompleted: upload.isCompleted,
                expires: [upload.ttl.map { circumstances.now + Double($0) } ?? .infinity],
                rows: circumstances.held(upload.rows),
                body: kept))
        return .json(["batch_uuid": .string(batch), "records": .number("\(upload.rows.count)")])
    }

    /// Replaces records; one that is not there is stored (the contract does not say).
    func updateData(
        _ uuid: String, _ request: HTTPRequest, _ circumstances: Circumstances
    ) throws(APIFailure) -> HTTPResponse {
        let document = try BodyCheck.document(request)
        var check = BodyCheck()
        let items = check.elements(document, at: ["body"], limit: UploadBody.maxRecords)
        try check.finish()
        let primaryKey = try requireUploads(uuid)

        var body = Array("{\"data\":[".utf8)
        var rows: [StoredRow] = []
        var expires: [Double] = []
        for (index, item) in (items ?? []).enumerated() {
            let change = check.recordChange(item, primaryKey: primaryKey, at: ["body", .number("\(index)")])
            guard let change else { continue }
            if !rows.isEmpty { body.append(UInt8(ascii: ",")) }
            let start = body.count
            change.data.write(to: &body)
            rows.append(StoredRow(key: change.key, offset: start, length: body.count - start))
            expires.append(change.ttl.map { circumstances.now + Double($0) } ?? .infinity)
        }
        body.append(contentsOf: "]}".utf8)
        try check.finish()
        if !rows.isEmpty {
            try commit(
                .store(
                    uuid: uuid, batch: nil, isCompleted: true, expires: expires, rows: circumstances.held(rows),
                    body: body))
        }
        return .json(["records": .number("\(rows.count)")])
    }

    func deleteData(
        _ uuid: String, _ request: HTTPRequest, _ circumstances: Circumstances
    ) throws(APIFailure) -> HTTPResponse {
        if circumstances.dialects.contains(.noDeleteData) { throw .status(404, "Not Found") }
        let body = try BodyCheck.object(request)
        var check = BodyCheck()
        let list = check.required("primary_keys", of: body, at: ["body"])
            .flatMap { check.elements($0, at: ["body", "primary_keys"], limit: UploadBody.maxRecords) }
        let keys = (list ?? []).enumerated().compactMap { index, value -> RowKey? in
            // No row has it, and keys that are not there are not an error.
            if value == .string("") { return nil }
            return check.recordKey(value, at: ["body", "primary_keys", .number("\(index)")]).map(circumstances.held)
        }
        try check.finish()
        try requireUploads(uuid)
        let there = Set(keys).filter { store.connections[uuid]?.rows.row($0, now: circumstances.now) != nil }
        try commit(.remove(uuid: uuid, keys: Array(there)))
        return .json(["records": .number("\(there.count)")])
    }

    /// Refuses connections that do not take uploads; returns the primary key. No copy of the connection is handed out:
    /// it would make the next change copy all records.
    @discardableResult
    private func requireUploads(_ uuid: String) throws(APIFailure) -> String {
        guard let primaryKey = primaryKey(of: uuid) else { throw .notFound("Data Connection") }
        if store.connections[uuid]?.details != nil {
            throw .invalid([
                .custom(["body"], "this Data Connection gets its data from an external API", input: .null)
            ])
        }
        return primaryKey
    }

    func primaryKey(of uuid: String) -> String? { store.connections[uuid]?.primaryKey }
}

extension Circumstances {
    /// The key as the dialect holds it.
    func held(_ key: RowKey) -> RowKey { dialects.contains(.keysByValue) ? key.byValue : key }

    /// The rows under the keys that the dialect holds.
    func held(_ rows: [StoredRow]) -> [StoredRow] {
        guard dialects.contains(.keysByValue) else { return rows }
        return rows.map { StoredRow(key: $0.key.byValue, offset: $0.offset, length: $0.length) }
    }
}

extension BodyCheck {
    /// One item of update_data; nil, with problems, where it is not fine.
    fileprivate mutating func recordChange(
        _ item: JSONValue, primaryKey: String, at loc: [JSONValue]
    ) -> (key: RowKey, data: JSONValue, ttl: Int?)? {
        guard item.objectValue != nil else {
            add(Self.notObject(loc, item))
            return nil
        }
        let key = required("primary_key", of: item, at: loc).flatMap { recordKey($0, at: loc + ["primary_key"]) }
        let data = required("data", of: item, at: loc).flatMap { members($0, at: loc + ["data"]) }
        var ttl: Int?
        if let value = item["ttl"], !value.isNull { ttl = integer(value, at: loc + ["ttl"], minimum: 1) }
        guard let key, var data, let written = item["primary_key"] else { return nil }
        if let own = data.first(where: { $0.key.utf8.elementsEqual(primaryKey.utf8) }) {
            guard RowKey(own.value) == key else {
                add(.custom(loc + ["data", .string(primaryKey)], "differs from primary_key", input: own.value))
                return nil
            }
        } else {
            data.insert(JSONMember(primaryKey, written), at: 0)
        }
        return (key, .object(data), ttl)
    }
}
