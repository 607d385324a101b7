import ManifestLoader
import Model

/// What lies in the directory that an export writes into.
package struct ExistingManifests: Sendable {
    /// A manifest that declares a connection already.
    package struct Declaration: Sendable, Hashable {
        package var key: String
        /// As the user would write it.
        package var path: String
        /// Whether it lies alone in the very file that an export would write.
        package var isReplaceable: Bool
    }

    package var policy: Policy
    package var isEmpty: Bool { connections.isEmpty }
    private let directory: ExportDirectory
    private let connections: [DesiredConnection]
    private var byPin: [String: Int] = [:]
    private var byKey: [String: Int] = [:]
    private var byLooks: [Looks: Int] = [:]
    private var countByPath: [String: Int] = [:]

    /// What an unowned connection is recognised by.
    private struct Looks: Hashable {
        var name: String
        var primaryKey: String
    }

    /// - Parameter directory: Where they lie, and where others are to be written.
    package init(_ desired: DesiredState, in directory: ExportDirectory) {
        self.directory = directory
        policy = desired.policy
        connections = desired.connections
        for (index, connection) in connections.enumerated() {
            byKey[connection.key] = index
            if let pin = connection.pinnedUUID {
                byPin[pin] = index
            } else {
                byLooks[Looks(name: connection.name, primaryKey: connection.primaryKey)] = index
            }
            countByPath[connection.places.manifest.path, default: 0] += 1
        }
    }

    var keys: Set<String> { Set(byKey.keys) }

    /// The manifest that a connection of the account belongs to: by its pin, by the key in the ownership marker, or by
    /// name and primary key where neither says anything.
    func declaration(of actual: ActualConnection, markerKey: String?) -> Declaration? {
        let looks = Looks(name: actual.name, primaryKey: actual.primaryKey)
        guard let index = byPin[actual.uuid] ?? (markerKey.map { byKey[$0] } ?? byLooks[looks]) else { return nil }
        let (key, path) = (connections[index].key, connections[index].places.manifest.path)
        let isReplaceable = countByPath[path] == 1 && path == directory.path(of: "\(key).yaml")
        return Declaration(key: key, path: path, isReplaceable: isReplaceable)
    }

    /// How many manifests stand in a file, the one of that key not counted.
    package func count(in path: String, besides key: String) -> Int {
        (countByPath[path] ?? 0) - (byKey[key].map { connections[$0].places.manifest.path == path } == true ? 1 : 0)
    }
}
