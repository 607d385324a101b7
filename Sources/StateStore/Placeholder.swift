import Model
package struct StateIdentity: Sendable, Hashable { package init(apiURL: String, owner: String) {} }
package struct StateError: Error { package var message = ""; package var help: String? }
package final class StateStore: Sendable {
    package static func read(directory: String, identity: StateIdentity) throws(StateError) -> AppliedState { AppliedState() }
    package static func open(directory: String, identity: StateIdentity, time: any TimeSource) throws(StateError) -> StateStore { StateStore() }
    package var state: AppliedState { AppliedState() }
    package func record(_ key: String, _ connection: AppliedConnection?) async throws(StateError) {}
    package func recordDeletion(of key: String, at: Int) async throws(StateError) {}
    package func close() {}
}
