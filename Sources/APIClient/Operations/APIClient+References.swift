import JSON
import Model

extension APIClient {
    /// Rounds of sending and looking that a reference may take.
    private static let referenceRounds = 4

    package func createReference(_ reference: Reference, on uuid: String) async throws(APIError) -> ActualReference {
        var round = 1
        while true {
            do throws(APIError) {
                if let created = try await sendReference(reference, on: uuid) { return created }
            } catch {
                // A conflict says that it is there; anything else that proves nothing happened is final.
                guard error.mayHaveTakenEffect || error.status == 409 else { throw error }
                if error.kind == .cancelled { throw error }
                let found = try await lookUp(reference, on: uuid, after: error)
                if let found { return found }
                let mayPass = error.isRetryable || error.kind == .invalidAnswer
                guard mayPass, round < Self.referenceRounds else { throw error }
                try await pause(round: round, before: error)
                round += 1
                continue
            }
            // Accepted without showing it.
            let accepted = APIError(
                .invalidAnswer, .createReference, subject: uuid,
                cause: "the service accepted it, but neither the answer nor the list shows it",
                mayHaveTakenEffect: true)
            guard let found = try await lookUp(reference, on: uuid, after: accepted) else { throw accepted }
            return found
        }
    }

    package func deleteReference(_ referenceUUID: String, of uuid: String) async throws(APIError) {
        let segment = try segment(referenceUUID, operation: .deleteReference)
        var request = try request(.deleteReference, "DELETE", of: uuid, "/references/\(segment)")
        request.acceptsNotFound = true
        try await runner.run(request, read: AnswerBody.acknowledgement)
    }

    /// Nil where the answer is good and does not show the reference.
    private func sendReference(_ reference: Reference, on uuid: String) async throws(APIError) -> ActualReference? {
        let request = try request(
            .createReference, "POST", of: uuid, "/references",
            json: ["reference_type": .string(reference.type), "reference_id": .string(reference.id)])
        return try await runner.run(request) { answer throws(AnswerProblem) -> ActualReference? in
            try AnswerBody.acknowledgement(answer)
            if answer.body.isEmpty { return nil }
            let shown = ReferenceAnswer.single(in: try AnswerBody.json(answer))
            return shown?.reference == reference ? shown : nil
        }
    }

    /// The reference in the list. A list that cannot be read leaves the first error standing: nothing is known.
    private func lookUp(
        _ reference: Reference, on uuid: String, after error: APIError
    ) async throws(APIError) -> ActualReference? {
        do throws(APIError) {
            return try await references(of: uuid).first { $0.reference == reference }
        } catch let second {
            var first = error
            if second.kind == .authentication { first.kind = .authentication }
            first.cause += "; and the list that would tell could not be read: \(second.cause)"
            throw first
        }
    }

    private func pause(round: Int, before failure: APIError) async throws(APIError) {
        do {
            try await time.sleep(
                seconds: runner.configuration.retry.delay(afterAttempt: round, random: time.random()))
        } catch {
            var failure = failure
            failure.kind = .cancelled
            throw failure
        }
    }
}
