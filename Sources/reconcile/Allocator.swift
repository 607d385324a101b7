import Glibc

/// What the C library is told about memory.
enum Allocator {
    /// `M_ARENA_MAX` of <malloc.h>, a header that Swift does not import.
    private static let arenaMax: Int32 = -8

    /// Lets all threads share one heap: with one for each, bodies of megabytes that one thread makes and another lets
    /// go leave holes in all of them. Nothing happens with a C library that does not know how.
    static func shareOneHeap() {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)(arenaMax, 1)
    }
}
