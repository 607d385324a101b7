import Model

extension Step {
    /// As it stands behind the name of a connection: "uploaded 3,376 rows in 1 request".
    package var words: String {
        switch self {
        case .created: "created"
        case .updated: "updated"
        case .resumed(let confirmed, let requests):
            "resumed the upload: \(confirmed.grouped) of \(requests.grouped) requests are there"
        case .uploaded(let rows, let progress): "uploaded \(rows.counted("row"))\(progress.figures)"
        case .deletedRows(let rows): "deleted \(rows.counted("row")) that left the files"
        case .linked(let reference): "linked to \(reference.type) \(reference.id)"
        case .unlinked(let reference): "unlinked from \(reference.type) \(reference.id)"
        case .copied(let path): "kept a copy of what it was in \(path)"
        case .deleted: "deleted"
        case .goneAlready: "gone already"
        }
    }

}

extension UploadProgress {
    /// Such as ` in 0.8 s: 200 requests, 246.5 MB, 1,250,000 rows/s, 308.1 MB/s`; without rates where no time passed.
    fileprivate var figures: String {
        // Of a moment there are no rates worth telling.
        guard seconds >= 1, let rates else { return " in \(totals)" }
        let tenths = Int((seconds * 10).rounded())
        return " in \((tenths / 10).grouped).\(tenths % 10) s: \(totals), \(rates)"
    }

    /// Such as `200 requests, 246.5 MB, 2 retries`.
    package var totals: String {
        var text = "\(requests.grouped) request\(requests == 1 ? "" : "s")"
        if bytes >= 100_000 { text += ", \(Self.megabytes(Double(bytes))) MB" }
        if retries > 0 { text += ", \(retries.grouped) \(retries == 1 ? "retry" : "retries")" }
        return text
    }

    /// Such as `1,000,000 rows/s, 246.5 MB/s`; nil while there is no rate.
    package var rates: String? {
        guard let rowsPerSecond, let bytesPerSecond else { return nil }
        return "\(Int(rowsPerSecond).grouped) rows/s, \(Self.megabytes(bytesPerSecond)) MB/s"
    }

    /// Millions of bytes with one decimal.
    private static func megabytes(_ bytes: Double) -> String {
        let tenths = Int((bytes / 100_000).rounded())
        return "\((tenths / 10).grouped).\(tenths % 10)"
    }
}
