import Model
import Platform

/// Names, sizes and times of every manifest and data file, taken to see whether anything moved.
///
/// Data files below the directory that no manifest uses count by their names alone: a new one may match a glob, but
/// what is written into it is nobody's business.
package struct DirectorySnapshot: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var path: String
        /// Nil where only the name counts, or where the file could not be looked at.
        var status: FileStatus?
    }

    private(set) var entries: [Entry]
    /// Directories that could not be read.
    private var problems: [String]

    /// Looks at the directory as it is now. Never fails: what cannot be read is part of what is compared.
    package static func capture(directories: [ManifestDirectory], dataFiles: [DataFile]) -> DirectorySnapshot {
        let scans = directories.map { ManifestScan(directory: $0.path, shownAs: $0.shown) }
        let statuses = scans.map { $0.manifests.map { try? FileStatus(of: $0.path) } }
        return DirectorySnapshot(scans: Array(zip(scans, statuses)), dataFiles: dataFiles)
    }

    /// - Parameter scans: Each with the statuses of its manifests, in their order.
    init(scans: [(scan: ManifestScan, statuses: [FileStatus?])], dataFiles: [DataFile]) {
        entries = []
        for (scan, statuses) in scans {
            entries += zip(scan.manifests, statuses).map { Entry(path: $0.path, status: $1) }
            entries += scan.dataNames.map { Entry(path: $0, status: nil) }
        }
        var seen: Set<String> = []
        for file in dataFiles where seen.insert(file.absolutePath).inserted {
            entries.append(Entry(path: file.absolutePath, status: try? FileStatus(of: file.absolutePath)))
        }
        problems = scans.flatMap { $0.scan.problems.map(\.message) }
    }
}
