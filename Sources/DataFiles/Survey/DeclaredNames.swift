import Model

/// A field that the manifest names, which the files must have.
struct DeclaredNames {
    enum Place: String { case columns, rename, only, omit, derive }

    var place: Place
    var text: String

    /// All of them, in an order that is the same for the same manifest.
    static func all(_ set: DataSet) -> [DeclaredNames] {
        func names(_ place: Place, _ texts: some Sequence<String>) -> [DeclaredNames] {
            texts.map { DeclaredNames(place: place, text: $0) }
        }
        let fields = set.fields
        return names(.columns, set.columns.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            + names(.rename, fields.renamings.map(\.from)) + names(.only, fields.only ?? [])
            + names(.omit, fields.omitted) + names(.derive, unique(fields.derivations.flatMap(\.template.fields)))
    }

    static func unique(_ names: [String]) -> [String] {
        var unique: [String] = []
        for name in names where !unique.contains(where: { $0.isSameBytes(as: name) }) { unique.append(name) }
        return unique
    }

    /// - Parameter known: The columns of CSV files; empty where there is no such file.
    func problem(among known: [String], at place: SourceLocation, sourceLine: String?) -> Diagnostic {
        let kind =
            self.place == .columns
            ? "no CSV file of this data set has that column"
            : known.isEmpty ? "no row of this data set has that field" : "no file of this data set has that column"
        return Diagnostic(
            .error, "`\(self.place.rawValue)` names \"\(text)\", and \(kind)", at: place, sourceLine: sourceLine,
            help: known.isEmpty
                ? "correct the name, or take it out" : NearestName.help(for: text, among: known, kind: "columns"))
    }
}
