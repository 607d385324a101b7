import Platform

/// Names, sizes and times of everything in some directories, to see by looking again whether anything moved.
enum FileSurvey {
    /// A number that changes when anything does.
    static func fingerprint(_ list: WatchList) -> Int {
        var hasher = Hasher()
        for directory in list.directories.keys.sorted() {
            hasher.combine(directory)
            let names = ((try? Directory.list(directory)) ?? []).map(\.name)
            for name in names.filter({ list.concerns($0, in: directory) }).sorted() {
                hasher.combine(name)
                hasher.combine(try? FileStatus(of: Path.join(directory, name)))
            }
        }
        return hasher.finalize()
    }
}
