import Model

/// A connection to be exported, with the name that its manifest gets and what was read of it.
package struct ExportSource: Sendable, Hashable {
    /// `metadata.name`.
    package var key: String
    package var actual: ActualConnection
    /// `lifecycle.protect`: its marker says so.
    package var isProtected: Bool
    /// Why `actual.references` could not be read.
    package var referencesProblem: String?

    package init(key: String, actual: ActualConnection, isProtected: Bool) {
        self.key = key
        self.actual = actual
        self.isProtected = isProtected
    }
}
