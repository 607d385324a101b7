import Model

/// A body of the API where a manifest should be: what people paste out of its documents.
enum PastedBody {
    static func isOne(_ pairs: [YAMLPair]) -> Bool {
        let keys = Set(pairs.map(\.key))
        return keys.contains("name") && !keys.isDisjoint(with: ["primary_key", "external_api_details"])
    }

    /// The rest of the manifest, written out.
    static func help(_ pairs: [YAMLPair], path: String) -> String {
        let name = pairs.first { $0.key == "name" }?.value.scalar?.text ?? ""
        var key = ""
        for scalar in name.lowercased().unicodeScalars {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isPlain { key.unicodeScalars.append(scalar) } else if !key.isEmpty, key.last != "-" { key += "-" }
        }
        while key.last == "-" { key.removeLast() }
        return "put it under spec, indented by two blanks, behind these lines:\n"
            + "        apiVersion: \(ManifestReader.apiVersion)\n        kind: DataConnection\n"
            + "        metadata: {name: \(key.isEmpty ? "my-connection" : String(key.prefix(60)))}\n        spec:"
    }
}
