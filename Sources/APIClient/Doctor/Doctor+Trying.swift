import Foundation
import JSON
import Model

extension Doctor {
    /// Tries every operation with connections of its own. Call it after `examine`.
    ///
    /// - Parameters:
    ///   - externalURL: What an API-based connection asks in its test call; it has to answer JSON.
    ///   - name: A random word for the scratch connections.
    package func tries(externalURL: String, name: String) async {
        await removeLeftovers()
        let description = "  " + Self.scratchDescription + "  "
        guard
            let created = await ask(
                .createConnection, "POST", "/connections",
                ["name": .string(Self.scratchName + name), "primary_key": "id", "description": .string(description)])
        else { return }
        let uuid = ConnectionAnswer.createdUUID(in: created.json)
        guard
            expect(
                created, .createConnection, [200, 201], "with a uuid", otherwise: "nothing can be created",
                deviation: "create-refused"), let uuid
        else { return }
        let path = "/connections/\(PathSegment.encoded(uuid))"
        await listAfterCreate(uuid)
        await definition(path, description)
        await rows(path)
        await queries(path)
        await references(path)
        await external(externalURL, name)
        await remove(path)
    }

    private func removeLeftovers() async {
        guard let list = await ask(.listConnections, "GET", "/connections") else { return }
        let left = ((try? list.items()) ?? []).filter {
            $0["name"]?.stringValue.map(Self.isScratchName) ?? false && $0["primary_key"]?.stringValue == "id"
        }
        for item in left {
            guard let uuid = ConnectionAnswer.createdUUID(in: item),
                let shown = await ask(.getConnection, "GET", "/connections/\(PathSegment.encoded(uuid))"),
                shown.json["description"]?.stringValue.map({ Self.scratchDescription.hasPrefix($0.prefix(40).trimmed) })
                    ?? true
            else { continue }
            _ = await ask(.deleteConnection, "DELETE", "/connections/\(PathSegment.encoded(uuid))")
            find(
                DoctorFinding(
                    .agrees, "deleteConnection", expected: "nothing left of an earlier run", came: "removed \(uuid)"))
        }
    }

    /// Exactly as they are made here: nobody else's connection is ever taken for one.
    private static func isScratchName(_ name: String) -> Bool {
        name.wholeMatch(of: /reconcile doctor [0-9a-f]{8}( api)?/) != nil
    }

    private func listAfterCreate(_ uuid: String) async {
        guard let list = await ask(.listConnections, "GET", "/connections") else { return }
        let item = ((try? list.items()) ?? []).first { ConnectionAnswer.createdUUID(in: $0) == uuid }
        compare(
            .listConnections, item != nil, expected: "a new connection is in the list at once",
            otherwise: "it is not there yet", meaning: "looked for again by its own GET", deviation: "stale-list")
        guard let item else { return }
        compare(
            .listConnections, item["description"] != nil, expected: "items are whole", otherwise: "fields are left out",
            meaning: "read one by one: more requests", deviation: "bare-list-items")
    }

    private func definition(_ path: String, _ description: String) async {
        guard let shown = await ask(.getConnection, "GET", path) else { return }
        _ = expect(
            shown, .getConnection, [200], "the connection", otherwise: "nothing can be planned",
            deviation: "get-refused")
        let text = shown.json["description"]?.stringValue ?? ""
        if !text.isEmpty, text.trimmed != description.trimmed {
            compare(
                .getConnection, false, expected: "descriptions come back whole",
                otherwise: "\(text.count) of \(description.count) characters",
                meaning: "no room for ownership markers: set ownership: state in the Policy",
                deviation: "truncated-descriptions")
        } else {
            compare(
                .getConnection, text == description, expected: "descriptions come back whole",
                otherwise: "without the blanks at both ends", meaning: "no difference to this tool",
                deviation: "trimmed-descriptions")
        }
        guard
            let put = await ask(
                .updateConnection, "PUT", path, ["name": shown.json["name"] ?? "", "description": "text"])
        else { return }
        if expect(
            put, .updateConnection, [200, 204], "", otherwise: "nothing can be updated", deviation: "put-refused")
        {
            compare(
                .updateConnection, !put.isEmpty, expected: "the connection in the answer", otherwise: "an empty answer",
                meaning: "read back by one GET more", deviation: "put-empty-answer")
        }
        _ = await ask(.updateConnection, "PUT", path, ["name": shown.json["name"] ?? ""])
        if let kept = await ask(.getConnection, "GET", path) {
            compare(
                .updateConnection, kept.json["description"]?.stringValue == "text",
                expected: "what a PUT does not carry stays", otherwise: "it is gone",
                meaning: "each PUT of this tool carries everything", deviation: "replacing-put")
        }
        _ = await ask(.updateConnection, "PUT", path, ["name": shown.json["name"] ?? "", "description": ""])
        if let empty = await ask(.getConnection, "GET", path) {
            compare(
                .updateConnection, empty.json["description"]?.stringValue == "", expected: "an empty text stays one",
                otherwise: "null", meaning: "no difference to this tool", deviation: "empty-as-null")
        }
        if let other = await ask(
            .updateConnection, "PUT", path, ["name": shown.json["name"] ?? "", "primary_key": "another"])
        {
            let key = await ask(.getConnection, "GET", path)?.json["primary_key"]?.stringValue
            find(
                DoctorFinding(
                    other.status == 422 ? .agrees : key == "id" ? .deviates : .broken, "updateConnection",
                    expected: "422 for another primary key", came: "\(other.status)",
                    meaning: other.status == 422 ? "" : "this tool never sends one",
                    deviation: other.status == 422 ? nil : "primary-key-taken"))
        }
        // So that a killed run is known by it again.
        _ = await ask(
            .updateConnection, "PUT", path,
            ["name": shown.json["name"] ?? "", "description": .string(Self.scratchDescription)])
    }

    private func upload(
        _ path: String, _ rows: [JSONValue], batch: String, completes: Bool
    ) async -> Answer? {
        await ask(
            .uploadData, "POST", path + "/upload_data",
            [
                "data": .array(rows), "ttl_seconds": .null, "batch_uuid": .string(batch),
                "batch_completed": .bool(completes),
            ])
    }

    private func value(_ path: String, key: JSONValue) async -> JSONValue? {
        guard let answer = await ask(.query, "POST", path + "/query", ["primary_key": key]), answer.status == 200 else {
            return nil
        }
        return (answer.json["data"] ?? answer.json)["v"]
    }

    private func rows(_ path: String) async {
        let batch = UUID().uuidString.lowercased()
        guard let first = await upload(path, [["id": "a", "v": "1"]], batch: batch, completes: false),
            expect(
                first, .uploadData, [200, 201, 202, 204], "a part of a batch", otherwise: "nothing can be uploaded",
                deviation: "upload-refused")
        else { return }
        let early = await value(path, key: "a")
        compare(
            .uploadData, early == nil, expected: "rows of an open batch are not visible", otherwise: "they are",
            meaning: "a large upload is seen while it is under way", deviation: "visible-open-batch")
        guard let last = await upload(path, [["id": "b", "v": "2"]], batch: batch, completes: true) else { return }
        _ = expect(
            last, .uploadData, [200, 201, 202, 204], "its end", otherwise: "no batch can be completed",
            deviation: "completion-refused")
        let isThere = await value(path, key: "a") == "1"
        compare(
            .uploadData, isThere, expected: "a completed batch is visible at once", otherwise: "not yet",
            meaning: "checks wait for it: see within", deviation: "late-rows")
        if let again = await upload(path, [["id": "b", "v": "2"]], batch: batch, completes: true) {
            compare(
                .uploadData, (200..<300).contains(again.status), expected: "a completed batch may be sent again",
                otherwise: "\(again.status)", meaning: "a lost last answer begins a new batch",
                deviation: "no-repeat-of-completed")
        }
        await badRows(path)
        await keySpelling(path)
        if let answer = await ask(
            .updateData, "PUT", path + "/update_data", [["primary_key": "a", "data": ["id": "a", "v": "3"]]])
        {
            _ = expect(
                answer, .updateData, [200, 204], "", otherwise: "this tool does not use it", deviation: "no-update-data"
            )
        }
        if let answer = await ask(.deleteData, "DELETE", path + "/delete_data", ["primary_keys": ["a"]]) {
            let isThere = expect(
                answer, .deleteData, [200, 204], "", otherwise: "removed_rows: delete fails; keep works",
                deviation: "no-delete-data")
            if isThere {
                let rest = await value(path, key: "a")
                compare(
                    .deleteData, rest == nil, expected: "the row is gone", otherwise: "it is still there",
                    meaning: "removed_rows: delete is without effect", deviation: "delete-data-without-effect")
            }
        }
    }

    private func badRows(_ path: String) async {
        let many = (0...5000).map { JSONValue.object([JSONMember("id", .string("m\($0)"))]) }
        if let answer = await upload(path, many, batch: UUID().uuidString.lowercased(), completes: false) {
            compare(
                .uploadData, answer.status == 422 || answer.status == 413, expected: "422 for 5001 records",
                otherwise: "\(answer.status)", meaning: "this tool never sends more than 5000",
                deviation: "more-records")
        }
        guard
            let answer = await upload(
                path, [["id": "c"], ["v": "no key"]], batch: UUID().uuidString.lowercased(), completes: false)
        else { return }
        guard answer.status == 422 else {
            compare(
                .uploadData, false, expected: "422 for a record without its key", otherwise: "\(answer.status)",
                meaning: "this tool never sends one", deviation: "record-without-key")
            return
        }
        let isPlaced = (answer.json["detail"]?.arrayValue ?? []).contains {
            $0["loc"]?.arrayValue?.contains { $0.intValue == 1 } == true
        }
        compare(
            .uploadData, isPlaced, expected: "the 422 names the record", otherwise: "it does not",
            meaning: "found by halving: more requests", deviation: "no-loc")
    }

    private func keySpelling(_ path: String) async {
        for (key, value) in [(JSONValue.number("1"), "number"), (.string("1"), "string")] {
            _ = await upload(
                path, [["id": key, "v": .string(value)]], batch: UUID().uuidString.lowercased(), completes: true)
        }
        let found = await value(path, key: .number("1"))
        compare(
            .query, found == "string", expected: "keys are told apart by their text", otherwise: "by their value",
            meaning: "this tool is right under both", deviation: "keys-by-value")
    }

    private func queries(_ path: String) async {
        if let answer = await ask(.query, "POST", path + "/query", ["primary_key": "not there"]) {
            _ = expect(
                answer, .query, [404], "for a key that is not there", otherwise: "missing rows look like others",
                deviation: "query-of-nothing")
        }
        if let answer = await ask(
            .batchQuery, "POST", path + "/api_batch_query",
            ["queries": [["primary_key": "b"], ["primary_key": "not there"]]])
        {
            let count = (answer.json.arrayValue ?? answer.json["results"]?.arrayValue)?.count
            let isFine = answer.status == 200 && count == 2
            find(
                DoctorFinding(
                    isFine ? .agrees : .deviates, "apiBatchQuery", expected: "200, one result for each query",
                    came: "\(answer.status)" + (count.map { ", \($0) results" } ?? ""),
                    meaning: isFine ? "" : "query --batch asks one by one", deviation: isFine ? nil : "no-batch-query"))
        }
        if let answer = await ask(.getSchema, "GET", path + "/schema") { schema(answer) }
        if let answer = await ask(
            .emarsys, "POST", path + "/external-content/emarsys",
            ["parameters": [["id": "b"]], "fields": ["v"], "limit": 1])
        {
            let item = answer.json["content"]?.arrayValue?.first
            let isFine = answer.status == 200 && item?["id"]?.stringValue == "b"
            find(
                DoctorFinding(
                    isFine ? .agrees : .broken, "emarsysExternalContent",
                    expected: "200, an item that repeats the contact",
                    came: "\(answer.status)" + (item == nil ? ", no item" : ""),
                    meaning: isFine ? "" : "Emarsys would get no content", deviation: isFine ? nil : "no-emarsys"))
        }
    }

    private func references(_ path: String) async {
        let body: JSONValue = ["reference_type": "mail", "reference_id": "reconcile-doctor"]
        guard let first = await ask(.createReference, "POST", path + "/references", body),
            expect(
                first, .createReference, [200, 201], "", otherwise: "references cannot be declared",
                deviation: "no-references")
        else { return }
        _ = await ask(.createReference, "POST", path + "/references", body)
        guard let list = await ask(.listReferences, "GET", path + "/references") else { return }
        let items = (try? list.items()) ?? []
        _ = expect(
            list, .listReferences, [200], "", otherwise: "references cannot be read back",
            deviation: "no-list-of-references")
        compare(
            .createReference, items.count == 1, expected: "the same reference twice is one",
            otherwise: "\(items.count) of them", meaning: "looked up before one is sent again",
            deviation: "duplicate-references")
        for item in items {
            guard let uuid = (item["reference_uuid"] ?? item["uuid"] ?? item["id"])?.stringValue,
                let answer = await ask(
                    .deleteReference, "DELETE", path + "/references/\(PathSegment.encoded(uuid))")
            else { continue }
            if item == items.first {
                _ = expect(
                    answer, .deleteReference, [200, 202, 204], "", otherwise: "references are never taken away",
                    deviation: "no-delete-of-references")
            }
        }
    }

    private func external(_ url: String, _ name: String) async {
        let header = "doctor-" + name
        func body(_ url: String) -> JSONValue {
            [
                "name": .string(Self.scratchName + name + " api"), "primary_key": "id",
                "description": .string(Self.scratchDescription),
                "external_api_details": [
                    "url": .string(url), "http_method": "GET", "headers": ["X-Doctor": .string(header)],
                    "sample_placeholder_values": ["id": "1"],
                ],
            ]
        }
        guard let created = await ask(.createConnection, "POST", "/connections", body(url)) else { return }
        guard (200..<300).contains(created.status), let uuid = ConnectionAnswer.createdUUID(in: created.json) else {
            find(
                DoctorFinding(
                    created.status == 422 ? .skipped : .broken, "createConnection",
                    expected: "an API-based connection for \(url)", came: "\(created.status)",
                    meaning: "its test call may have failed: give --external-url URL of something that answers JSON"))
            return
        }
        let path = "/connections/\(PathSegment.encoded(uuid))"
        if let shown = await ask(.getConnection, "GET", path) {
            let details = shown.json["external_api_details"] ?? .null
            compare(
                .getConnection, details["headers"]?["X-Doctor"]?.stringValue == header,
                expected: "headers come back as they were sent", otherwise: "masked",
                meaning: "without state a change of a header is not seen", deviation: "masked-headers")
            let added = (details.objectValue ?? []).map(\.key).filter {
                !["url", "http_method", "headers", "sample_placeholder_values", "ttl", "body"].contains($0)
            }
            compare(
                .getConnection, added.isEmpty, expected: "no defaults but ttl are filled in",
                otherwise: added.joined(separator: ", "), meaning: "no difference to this tool",
                deviation: "defaults-filled")
        }
        let changed = url + (url.contains("?") ? "&" : "?") + "doctor=1"
        _ = await ask(.updateConnection, "PUT", path, body(changed))
        if let shown = await ask(.getConnection, "GET", path) {
            compare(
                .updateConnection, shown.json["external_api_details"]?["url"]?.stringValue == changed,
                expected: "a PUT changes external_api_details", otherwise: "it does not",
                meaning: "told once; a new connection is needed", deviation: "put-ignores-details")
        }
        if let answer = await ask(.query, "POST", path + "/query", ["placeholder_values": ["id": "1"]]) {
            compare(
                .query, answer.status == 200 || answer.status == 502, expected: "200, or 502 where the API fails",
                otherwise: "\(answer.status)", meaning: "failures of external APIs are not told apart",
                deviation: "external-query")
        }
        _ = await ask(.deleteConnection, "DELETE", path)
    }

    private func remove(_ path: String) async {
        guard let answer = await ask(.deleteConnection, "DELETE", path) else { return }
        _ = expect(
            answer, .deleteConnection, [200, 202, 204], "", otherwise: "delete \(path.dropFirst(13)) by hand",
            deviation: "no-delete")
        if let rest = await ask(.getConnection, "GET", path) {
            _ = expect(
                rest, .getConnection, [404], "for one that was deleted", otherwise: "deleted ones look alive",
                deviation: "deleted-and-there")
        }
    }
}

extension StringProtocol {
    fileprivate var trimmed: String { String(self).trimmingBlanks }
}
