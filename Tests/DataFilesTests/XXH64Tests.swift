import Testing

@testable import DataFiles

/// Against the values of the reference implementation.
@Suite struct XXH64Tests {
    private func digest(_ bytes: [UInt8], inPiecesOf size: Int? = nil) -> UInt64 {
        var hash = XXH64()
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(size ?? rest.count)
            Array(piece).withUnsafeBytes { hash.combine(bytes: $0) }
            rest = rest.dropFirst(piece.count)
        }
        return hash.finalize()
    }

    @Test(arguments: [
        ("", 0xef46_db37_51d8_e999), ("a", 0xd24e_c4f1_a98c_6e5b), ("abc", 0x44bc_2cf5_ad77_0999),
        ("message digest", 0x066e_d728_fcee_b3be),
    ])
    func texts(text: String, expected: UInt64) {
        #expect(digest(Array(text.utf8)) == expected)
    }

    /// Around the size of a block: the bytes 0, 1, 2 and so on.
    @Test(arguments: [
        (31, 0xc346_d2b5_9b4d_8ee1), (32, 0xcbf5_9c51_16ff_32b4), (33, 0x0c53_5d1a_cafb_8ead),
        (100, 0x6ac1_e580_3216_6597),
    ])
    func blocks(count: Int, expected: UInt64) {
        let bytes = (0..<count).map { UInt8($0) }
        #expect(digest(bytes) == expected)
        for size in 1...40 { #expect(digest(bytes, inPiecesOf: size) == expected) }
    }
}
