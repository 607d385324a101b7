/// Whose certificates are trusted besides what the system trusts: what the usual variables name.
///
/// `CURL_CA_BUNDLE`, else `SSL_CERT_FILE`, is a file that takes the place of the system's; `SSL_CERT_DIR` a directory of
/// certificates under the names of their hashes. URLSession on Linux looks at none of them by itself.
package enum TrustedAuthorities {
    /// The file that the environment names; nil for the system's own.
    package static var file: String? { ["CURL_CA_BUNDLE", "SSL_CERT_FILE"].lazy.compactMap(given).first }

    /// The directory that the environment names.
    package static var directory: String? { given("SSL_CERT_DIR") }

    private static func given(_ name: String) -> String? {
        Environment.value(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    static func apply(to easy: OpaquePointer) {
        for (option, path) in [(Library.Option.caFile, file), (Library.Option.caDirectory, directory)] {
            path?.withCString { _ = Library.setOption(easy, option, UInt(bitPattern: $0)) }
        }
    }
}
