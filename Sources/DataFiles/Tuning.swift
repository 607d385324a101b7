/// Sizes that bound memory. Tests make them tiny, so that every boundary is met.
struct Tuning {
    /// Bytes of one `read`.
    var readSize = 256 << 10
    /// Bytes of the longest record in its file.
    var maxRecordBytes = 8 << 20
    /// Bytes in which row digests are sorted before they go to disk.
    var sortBytes = 8 << 20
    /// How many sorted runs are merged at a time.
    var fanIn = 128
    /// Bytes of each kind of side file that stay in memory before one is made.
    var memoryBytes = 64 << 10
    /// Bytes of one `read` where few rows of a file are wanted.
    var seekReadSize = 8 << 10
    /// Bytes of records that one core hands over to the other at a time.
    var batchBytes = 512 << 10
}
