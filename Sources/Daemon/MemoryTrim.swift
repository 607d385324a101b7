import Glibc

/// Gives freed memory back to the system: a daemon that waits should be as small as what it remembers.
enum MemoryTrim {
    private typealias Trim = @convention(c) (Int) -> Int32

    /// The module map of Glibc leaves `malloc.h` out, so the function is looked up by its name.
    private static let trim: Trim? = dlsym(nil, "malloc_trim").map { unsafeBitCast($0, to: Trim.self) }

    static func giveBack() { _ = trim?(0) }
}
