import Foundation

/// A manifest's `metadata.name` out of what a connection is called in the account.
enum ManifestName {
    static let maxLength = 63

    /// `[a-z0-9][a-z0-9._-]*`, at most 63 long: letters without their marks, other scripts by sound where that is
    /// settled, a hyphen for all else. Nil where nothing is left, as with Chinese.
    static func slug(_ text: String) -> String? {
        var out: [UInt8] = []
        for scalar in text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
            if scalar.properties.generalCategory == .nonspacingMark { continue }
            if let sound = sounds[scalar] {
                out += sound.utf8
            } else if scalar.isASCII, isKept(UInt8(scalar.value)) {
                out.append(UInt8(scalar.value))
            } else if out.last != UInt8(ascii: "-") {
                out.append(UInt8(ascii: "-"))
            }
        }
        let slug = trimmed(out.drop { !isAlphanumeric($0) }.prefix(maxLength))
        return slug.isEmpty ? nil : slug
    }

    /// The name with something behind it that tells it from others, cut in the middle where both are too long.
    static func joined(_ name: String, _ suffix: String) -> String {
        trimmed(name.utf8.prefix(max(1, maxLength - 1 - suffix.utf8.count))) + "-" + suffix
    }

    private static func trimmed(_ bytes: some BidirectionalCollection<UInt8>) -> String {
        var rest = Array(bytes)
        while let last = rest.last, !isAlphanumeric(last) { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isKept(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }

    /// Letters that no decomposition turns into Latin ones: Latin letters of their own, Greek, and Cyrillic.
    private static let sounds: [Unicode.Scalar: String] = {
        let pairs =
            "ß ss æ ae œ oe ø o đ d ð d þ th ł l ħ h ı i ŋ ng ŧ t ĸ k "
            + "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o "
            + "а a б b в v г g д d е e ж zh з z и i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh "
            + "щ shch ъ _ ы y ь _ э e ю yu я ya є ye і i ґ g ђ dj ј j љ lj њ nj ћ c џ dz"
        let words = pairs.split(separator: " ")
        var sounds: [Unicode.Scalar: String] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            // The signs that only soften or harden the letter before them have no sound.
            sounds[words[index].unicodeScalars.first!] = words[index + 1] == "_" ? "" : String(words[index + 1])
        }
        return sounds
    }()
}
