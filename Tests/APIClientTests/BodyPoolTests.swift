import Foundation
import Testing

@testable import APIClient

@Suite struct BodyPoolTests {
    private func address(_ data: Data) -> UInt { data.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }

    private func join(_ pool: BodyPool, _ head: [UInt8], _ middle: [UInt8] = [], _ tail: [UInt8] = []) -> Data {
        middle.withUnsafeBytes { pool.join(head, $0, tail) }
    }

    @Test func piecesStandOneAfterTheOther() {
        let pool = BodyPool(keptBytes: 1 << 20)
        #expect(join(pool, [1, 2], [4], [3]) == Data([1, 2, 4, 3]))
        #expect(join(pool, []) == Data())
    }

    @Test func memoryIsUsedAgainOnceNobodyHoldsIt() {
        let pool = BodyPool(keptBytes: 1 << 20)
        var first: Data? = join(pool, [UInt8](repeating: 1, count: 100_000))
        let place = first.map(address)
        let second = join(pool, [UInt8](repeating: 2, count: 90_000))
        #expect(address(second) != place)
        #expect(first?.allSatisfy { $0 == 1 } == true)
        first = nil
        let third = join(pool, [UInt8](repeating: 3, count: 110_000))
        #expect(address(third) == place)
        #expect(second.allSatisfy { $0 == 2 })
    }
}
