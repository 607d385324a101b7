import Model

/// Whose state it is: state belongs to one API URL, one owner and one brand.
package struct StateIdentity: Sendable, Hashable {
    /// The base URL in normal form.
    package let apiURL: String
    /// The policy's owner.
    package let owner: String
    /// Made of the brand's key, and not to be stored as it is; nil where there are no keys.
    package let brand: SipHash128.Key?
    /// Whether another brand key than before is taken for the same brand's.
    package let acceptsNewBrandKey: Bool

    package init(apiURL: String, owner: String, brand: SipHash128.Key? = nil, acceptsNewBrandKey: Bool = false) {
        self.apiURL = apiURL
        self.owner = owner
        self.brand = brand
        self.acceptsNewBrandKey = acceptsNewBrandKey
    }

    /// What state keeps of the brand: a digest under a key of its own, 32 hexadecimal digits.
    func brandDigest(_ secretKey: SipHash128.Key) -> String? {
        guard let brand else { return nil }
        var hash = SipHash128(key: secretKey)
        hash.combine(brand.k0)
        hash.combine(brand.k1)
        return hash.finalize().description
    }
}
