import Glibc

/// Names, sizes and times of everything in some directories, to see by looking again whether anything moved.
enum FileSurvey {
    /// A number that changes when anything does.
    static func fingerprint(_ list: WatchList) -> Int {
        var hasher = Hasher()
        for directory in list.directories.keys.sorted() {
            hasher.combine(directory)
            guard let stream = opendir(directory) else { continue }
            defer { closedir(stream) }
            var names: [String] = []
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != "..", list.concerns(name, in: directory) { names.append(name) }
            }
            for name in names.sorted() {
                var status = stat()
                hasher.combine(name)
                guard fstatat(dirfd(stream), name, &status, 0) == 0 else { continue }
                hasher.combine(status.st_ino)
                hasher.combine(status.st_size)
                hasher.combine(status.st_mtim.tv_sec)
                hasher.combine(status.st_mtim.tv_nsec)
                hasher.combine(status.st_ctim.tv_sec)
                hasher.combine(status.st_ctim.tv_nsec)
            }
        }
        return hasher.finalize()
    }
}
