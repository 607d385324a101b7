import Glibc

/// What this process is to the system.
package enum ProcessInformation {
    /// `getpid`.
    package static var id: Int32 { getpid() }

    /// The user whose rights count.
    package static var effectiveUser: UInt32 { geteuid() }

    /// Ends the process at once: nothing is flushed, nothing waited for.
    package static func leave(_ status: Int32) -> Never { _exit(status) }
}

/// What goes into the environment of libraries that read it by themselves.
package enum Environment {
    package static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Before other threads begin.
    package static func set(_ name: String, to value: String) { setenv(name, value, 1) }
}
