import Foundation
import Synchronization

/// Memory for request bodies that is used again and again.
///
/// Bodies of megabytes that come and go by the hundred, none as large as the other, leave the allocator's heaps full of
/// holes; fresh pages for each of them cost more time than filling them.
package final class BodyPool: Sendable {
    /// Safe to pass between threads: whoever holds it is the only one who knows the address.
    private struct Block: @unchecked Sendable {
        let base: UnsafeMutableRawPointer
        let capacity: Int
    }

    /// Blocks are multiples of this, so that a body fits into the block of nearly any other.
    private static let granularity = 256 << 10

    /// Bytes that are kept for later at most.
    private let keptBytes: Int
    private let free = Mutex<[Block]>([])

    package init(keptBytes: Int) {
        self.keptBytes = keptBytes
    }

    deinit { free.withLock { for block in $0 { block.base.deallocate() } } }

    /// The pieces one after the other; their memory comes back to the pool with the last copy of the result.
    func join(_ head: [UInt8], _ middle: UnsafeRawBufferPointer, _ tail: [UInt8]) -> Data {
        let count = head.count + middle.count + tail.count
        let block = borrow(count)
        let body = UnsafeMutableRawBufferPointer(start: block.base, count: count)
        body.copyBytes(from: head)
        UnsafeMutableRawBufferPointer(rebasing: body[head.count...]).copyMemory(from: middle)
        UnsafeMutableRawBufferPointer(rebasing: body[(head.count + middle.count)...]).copyBytes(from: tail)
        return Data(bytesNoCopy: block.base, count: count, deallocator: .custom { _, _ in self.give(block) })
    }

    private func borrow(_ count: Int) -> Block {
        let kept = free.withLock { free -> Block? in
            guard let index = free.lastIndex(where: { $0.capacity >= count }) else { return nil }
            return free.remove(at: index)
        }
        if let kept { return kept }
        let capacity = max(1, (count + Self.granularity - 1) / Self.granularity) * Self.granularity
        return Block(base: .allocate(byteCount: capacity, alignment: 16), capacity: capacity)
    }

    private func give(_ block: Block) {
        let isKept = free.withLock { free in
            guard free.reduce(block.capacity, { $0 + $1.capacity }) <= keptBytes else { return false }
            free.append(block)
            return true
        }
        if !isKept { block.base.deallocate() }
    }
}
