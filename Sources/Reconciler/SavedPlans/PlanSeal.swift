import APIClient
import JSON
import Model
import Planner
import Platform

/// What the digests of a saved plan are made with.
///
/// They cover secrets, so their key comes out of the API keys: who finds the file and has not those cannot test what a
/// secret may be. An embedded emulator has no keys; there secrets are left out.
package struct PlanSeal: Sendable {
    /// `reconcile VERSION`.
    package let tool: String
    package let salt: SipHash128.Key
    let key: SipHash128.Key
    let coversSecrets: Bool
    /// A plan as a document.
    let document: @Sendable (Plan) -> JSONValue

    /// - Parameters:
    ///   - keys: Nil for an embedded emulator.
    ///   - document: The form of a plan for machines; what is saved of it.
    package init(
        tool: String, salt: SipHash128.Key, keys: APIKeys?, document: @escaping @Sendable (Plan) -> JSONValue
    ) {
        self.document = document
        self.tool = tool
        self.salt = salt
        key = keys?.digestKey(salt: salt) ?? salt
        coversSecrets = keys != nil
    }

    /// A new salt.
    package static func salt(_ time: any TimeSource) -> SipHash128.Key {
        func word() -> UInt64 {
            let half = 4_294_967_296.0
            return UInt64(time.random() * half) << 32 | UInt64(time.random() * half)
        }
        return SipHash128.Key(word(), word())
    }

    /// The digest of the texts, in order.
    func digest(_ texts: [String]) -> String {
        var hash = SipHash128(key: key)
        for text in texts {
            hash.combine(UInt64(text.utf8.count))
            hash.combine(text)
        }
        return hash.finalize().description
    }

    /// A field as a text to be digested.
    func text(_ field: Field) -> String {
        field.isSensitive && !coversSecrets ? "\(field.path) (sensitive)" : "\(field.path) \(field.value.normalText)"
    }
}
