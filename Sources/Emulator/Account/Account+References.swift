import HTTPServer
import JSON

extension Account {
    func createReference(
        _ uuid: String, _ request: HTTPRequest, _ circumstances: Circumstances
    ) throws(APIFailure) -> HTTPResponse {
        let body = try BodyCheck.object(request)
        var check = BodyCheck()
        let type = check.required("reference_type", of: body, at: ["body"])
            .flatMap { check.string($0, at: ["body", "reference_type"]) }
        let id = check.required("reference_id", of: body, at: ["body"])
            .flatMap { check.string($0, at: ["body", "reference_id"]) }
        try check.finish()
        let connection = try connection(uuid)
        guard let type, let id else { throw .status(422, "reference_type and reference_id are required") }
        if !circumstances.dialects.contains(.duplicateReferences),
            let there = connection.references.first(where: { $0.type == type && $0.id == id })
        {
            return .json(there.json)
        }
        let reference = Connection.Reference(uuid: circumstances.newUUID(), type: type, id: id)
        try commit(.link(uuid: uuid, reference: reference))
        return .json(reference.json)
    }

    func deleteReference(_ uuid: String, reference: String) throws(APIFailure) -> HTTPResponse {
        guard try connection(uuid).references.contains(where: { $0.uuid == reference }) else {
            throw .notFound("Reference")
        }
        try commit(.unlink(uuid: uuid, reference: reference))
        return HTTPResponse(status: 204)
    }
}
