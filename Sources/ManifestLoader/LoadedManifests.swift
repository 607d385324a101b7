import Model

/// What a directory of manifests came to.
package struct LoadedManifests: Sendable {
    /// Nil where any diagnostic is an error: half a directory is no desired state.
    package var desired: DesiredState?
    /// Of all files, sorted by place, warnings included. What is wrong with data files stands in
    /// `DesiredData.problems` instead: it stops their connection only.
    package var diagnostics: [Diagnostic]
    /// Manifest files that were found.
    package var fileCount: Int
    /// The one that was given, then those that are included, as far as they are known; none where manifests are a text.
    package var directories: [ManifestDirectory]
    /// The directories as they were read, to be compared with `DirectorySnapshot.capture` of the same directories and of
    /// the data files of `desired`.
    package var snapshot: DirectorySnapshot
}
