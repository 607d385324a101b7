import Glibc

/// What the C library is told about memory.
enum Allocator {
    /// `M_ARENA_MAX`, `M_TOP_PAD`, `M_TRIM_THRESHOLD` and `M_MXFAST` of <malloc.h>, a header that Swift does not import.
    private static let (arenaMax, topPad, trimThreshold, fastest): (Int32, Int32, Int32, Int32) = (-8, -2, -1, 1)

    /// Lets all threads share one heap: with one for each, bodies of megabytes that one thread makes and another lets
    /// go leave holes in all of them. Nothing happens with a C library that does not know how.
    static func shareOneHeap() { set(arenaMax, to: 1) }

    /// For a short run over many thousands of manifests, which are many small pieces: the heap grows by megabytes, for
    /// each step is a system call, gives nothing back, and is not searched again and again for pieces to join.
    static func growInLargeSteps() {
        set(topPad, to: 4 << 20)
        set(trimThreshold, to: 1 << 30)
        set(fastest, to: 0)
    }

    private static func set(_ parameter: Int32, to value: Int32) {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)(parameter, value)
    }
}
