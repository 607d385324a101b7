internal import CMalloc

/// What the C library is told about memory; nothing happens with one that does not know how.
package enum Memory {
    /// Lets all threads share one heap: with one for each, bodies of megabytes that one thread makes and another lets
    /// go leave holes in all of them.
    package static func shareOneHeap() { _ = mallopt(M_ARENA_MAX, 1) }

    /// For a short run over many thousands of manifests, which are many small pieces: the heap grows by megabytes, for
    /// each step is a system call, gives nothing back, and is not searched again and again for pieces to join.
    package static func growInLargeSteps() {
        _ = mallopt(M_TOP_PAD, 4 << 20)
        _ = mallopt(M_TRIM_THRESHOLD, 1 << 30)
        _ = mallopt(M_MXFAST, 0)
    }

    /// Gives freed memory back to the system: a daemon that waits should be as small as what it remembers.
    package static func giveBack() { _ = malloc_trim(0) }
}
