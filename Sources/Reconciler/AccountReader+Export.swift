import APIClient
import Model

extension AccountReader {
    /// What each connection is linked to, by uuid: the references, or why they could not be read. A failure that all
    /// others would share is thrown.
    package func references(
        of uuids: [String]
    ) async throws(StepFailure) -> [String: Result<[ActualReference], StepFailure>] {
        let reader = reader
        do throws(APIError) {
            let read = try await readAll(uuids) { uuid async throws(APIError) in
                do throws(APIError) {
                    return Result<[ActualReference], StepFailure>.success(try await reader.references(of: uuid))
                } catch {
                    let failure = StepFailure(error)
                    if failure.stopsEverything || failure.isInterruption { throw error }
                    return .failure(failure)
                }
            }
            return Dictionary(zip(uuids, read), uniquingKeysWith: { first, _ in first })
        } catch {
            throw StepFailure(error)
        }
    }
}
