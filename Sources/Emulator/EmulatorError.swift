/// Why the emulator cannot be set up as asked: what is wrong and what to do.
package struct EmulatorError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
