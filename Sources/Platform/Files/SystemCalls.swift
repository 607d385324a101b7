import Glibc

/// The system calls by which files are made and changed: the seam at which tests let a disk fail.
///
/// Each answers as the kernel does: -1, and the reason in `errno`.
package struct SystemCalls: Sendable {
    package var open: @Sendable (String, Int32, mode_t) -> Int32 = { Glibc.open($0, $1, $2) }
    package var close: @Sendable (Int32) -> Int32 = { Glibc.close($0) }
    package var write: @Sendable (Int32, UnsafeRawPointer, Int) -> Int = { Glibc.write($0, $1, $2) }
    package var pwrite: @Sendable (Int32, UnsafeRawPointer, Int, Int) -> Int = { Glibc.pwrite($0, $1, $2, off_t($3)) }
    package var fsync: @Sendable (Int32) -> Int32 = { Glibc.fsync($0) }
    package var fdatasync: @Sendable (Int32) -> Int32 = { Glibc.fdatasync($0) }
    package var ftruncate: @Sendable (Int32, Int) -> Int32 = { Glibc.ftruncate($0, off_t($1)) }
    package var fchmod: @Sendable (Int32, mode_t) -> Int32 = { Glibc.fchmod($0, $1) }
    package var rename: @Sendable (String, String) -> Int32 = { Glibc.rename($0, $1) }
    package var link: @Sendable (String, String) -> Int32 = { Glibc.link($0, $1) }
    package var unlink: @Sendable (String) -> Int32 = { Glibc.unlink($0) }
    package var mkdir: @Sendable (String, mode_t) -> Int32 = { Glibc.mkdir($0, $1) }

    package init() {}

    /// The kernel's own.
    package static let system = SystemCalls()

    /// Calls again while a signal interrupts the call.
    @inline(__always)
    static func retrying<Value: SignedInteger>(_ call: () -> Value) -> Value {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }
}
