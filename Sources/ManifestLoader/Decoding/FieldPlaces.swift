/// Where fields belong, for those that stand elsewhere.
enum FieldPlaces {
    private static let known: [(place: String, fields: [String])] = [
        ("metadata", ConnectionDecoder.metadataFields.filter { $0 != "name" }),
        ("spec", ConnectionDecoder.specFields.filter { $0 != "name" }),
        ("spec.data", ConnectionDecoder.dataFields),
        ("spec.data.csv", DataOptionsDecoder.csvFields.filter { $0 != "encoding" }),
        ("spec.lifecycle", ConnectionDecoder.lifecycleFields),
        ("spec.external_api_details", DetailsDecoder.fields),
    ]

    /// The one place where a field of that name may stand; nil where there is none, or it would be the same.
    static func place(of field: String, besides place: String) -> String? {
        guard place.isEmpty || place.hasPrefix("spec") || place == "metadata" else { return nil }
        let places = known.filter { $0.fields.contains(field) && $0.place != place }.map(\.place)
        return places.count == 1 ? places[0] : nil
    }
}
