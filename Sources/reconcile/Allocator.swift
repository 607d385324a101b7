import Glibc

/// What the C library is told about memory.
enum Allocator {
    /// `M_ARENA_MAX` and `M_TOP_PAD` of <malloc.h>, a header that Swift does not import.
    private static let (arenaMax, topPad): (Int32, Int32) = (-8, -2)

    /// Lets all threads share one heap: with one for each, bodies of megabytes that one thread makes and another lets
    /// go leave holes in all of them. Nothing happens with a C library that does not know how.
    static func shareOneHeap() { set(arenaMax, to: 1) }

    /// Lets the heap grow by megabytes: ten thousand manifests are many small pieces, and each step is a system call.
    static func growInLargeSteps() { set(topPad, to: 4 << 20) }

    private static func set(_ parameter: Int32, to value: Int32) {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)(parameter, value)
    }
}
