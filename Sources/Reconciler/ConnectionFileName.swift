/// The identifier of a connection as a part of a file's name.
///
/// It is the service's word, and must not choose another directory: what is not of a uuid's alphabet is escaped.
enum ConnectionFileName {
    /// Letters, digits and hyphens as they are; every other byte as `%` and two hexadecimal digits.
    static func escaped(_ uuid: String) -> String {
        var name = ""
        // A name may have 255 bytes, and more stands around it.
        for byte in uuid.utf8.prefix(60) {
            let scalar = UnicodeScalar(byte)
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-")
            if isPlain {
                name.unicodeScalars.append(scalar)
            } else {
                name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return name
    }
}
