import JSON
import Model

/// Every request that changes the account. Errors: `APIError`; its `mayHaveTakenEffect` says whether the change may
/// be there all the same, whichever attempt made it.
package protocol ConnectionWriting: Sendable {
    /// Makes a connection and returns its uuid.
    ///
    /// Creating is not idempotent, so it is sent again only after a failure which proves that nothing happened: a
    /// refused connection, a name that does not resolve, a 429. After any other failure the caller has to look first.
    func create(_ definition: Definition) async throws(APIError) -> String

    /// Replaces name, description and details, all three, and returns the connection as the service then shows it.
    ///
    /// The primary key is never sent: it cannot change. Where the answer does not show the whole connection, a GET
    /// reads it back.
    func update(_ uuid: String, to definition: Definition) async throws(APIError) -> ActualConnection

    /// Deletes the connection with all its data, for ever. One that is gone already (404) is a success.
    func delete(_ uuid: String) async throws(APIError)

    /// Sends one request of a batch. Kind `.rejected` with `rejectedRows` where the service refuses rows, `.tooLarge`
    /// where a smaller request may pass.
    func upload(_ request: UploadRequest) async throws(APIError)

    /// Deletes up to 5000 rows by primary key. Keys that are not there are no error.
    func deleteRows(_ uuid: String, primaryKeys: [JSONValue]) async throws(APIError)

    /// Links the connection. After a lost answer the list is read before anything is sent again, so that a service
    /// which keeps duplicates gets none.
    func createReference(_ reference: Reference, on uuid: String) async throws(APIError) -> ActualReference

    /// Removes a link. One that is gone already (404) is a success.
    func deleteReference(_ referenceUUID: String, of uuid: String) async throws(APIError)
}
