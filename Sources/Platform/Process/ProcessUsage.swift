import Glibc

/// What this process takes of the machine.
package struct ProcessUsage: Sendable {
    /// Seconds in user and system mode.
    package var cpuSeconds: Double
    /// Bytes in memory; 0 where the system does not say.
    package var residentBytes: Int
    package var virtualBytes: Int
    package var openFiles: Int
    /// The soft limit.
    package var maxFiles: Int

    package static var current: ProcessUsage {
        var usage = rusage()
        // RUSAGE_SELF, whose type Swift sees otherwise.
        getrusage(0, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let pages = (try? Descriptor("/proc/self/statm", .reading).readAll(limit: 200)).map {
            String(decoding: $0, as: UTF8.self).split(separator: " ").prefix(2).compactMap { Int($0) }
        }
        let pageSize = sysconf(Int32(_SC_PAGESIZE))
        let files = (try? Directory.listKinds("/proc/self/fd"))?.count ?? 0
        return ProcessUsage(
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            residentBytes: (pages?.last ?? 0) * pageSize, virtualBytes: (pages?.first ?? 0) * pageSize,
            openFiles: files, maxFiles: limit.rlim_cur > UInt64(Int.max) ? Int.max : Int(limit.rlim_cur))
    }
}
