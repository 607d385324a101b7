import Foundation
import Testing

@testable import APIClient

@Suite struct BodyPoolTests {
    private func address(_ data: Data) -> UInt { data.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }

    @Test func piecesStandOneAfterTheOther() {
        let pool = BodyPool(keptBytes: 1 << 20)
        #expect(pool.join([1, 2], [], [3]) == Data([1, 2, 3]))
        #expect(pool.join([], []) == Data())
    }

    @Test func memoryIsUsedAgainOnceNobodyHoldsIt() {
        let pool = BodyPool(keptBytes: 1 << 20)
        var first: Data? = pool.join([UInt8](repeating: 1, count: 100_000))
        let place = first.map(address)
        let second = pool.join([UInt8](repeating: 2, count: 90_000))
        #expect(address(second) != place)
        #expect(first?.allSatisfy { $0 == 1 } == true)
        first = nil
        let third = pool.join([UInt8](repeating: 3, count: 110_000))
        #expect(address(third) == place)
        #expect(second.allSatisfy { $0 == 2 })
    }
}
