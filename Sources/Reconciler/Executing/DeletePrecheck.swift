import APIClient
import Model

/// What is looked at once more before the deletes of a pass, so that none rests on what was true minutes ago.
struct DeletePrecheck: Sendable {
    /// The account's list of that moment; the error where it could not be read.
    let listed: Result<[ActualConnection], APIError>
    /// Whether the manifests and data files are still those that were planned with.
    let isUnchanged: @Sendable () -> Bool

    static func read(
        _ reader: any ConnectionReading, isUnchanged: @escaping @Sendable () -> Bool
    ) async -> DeletePrecheck {
        do throws(APIError) {
            return DeletePrecheck(listed: .success(try await reader.listConnections()), isUnchanged: isUnchanged)
        } catch {
            return DeletePrecheck(listed: .failure(error), isUnchanged: isUnchanged)
        }
    }
}
