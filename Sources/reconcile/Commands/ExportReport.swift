import ManifestWriter
import Planner

/// What an export tells at its end: how much of the account it wrote, and what is left to do by hand.
struct ExportReport {
    let manifests: [ExportedManifest]
    let leftOut: [ExportSelection.LeftOut]
    let directory: String
    /// Names of credentials that were put into files.
    var written: Set<String> = []

    /// What is wrong with one connection is often wrong with all.
    private static let shownRemarks = 20

    var hasFaults: Bool {
        leftOut.contains { if case .fault = $0.cause { true } else { false } }
    }

    /// One line, such as `Exported 3 connections; 2 are declared already.`
    var summary: String {
        var parts = ["Exported \(count(manifests.count, "connection"))"]
        let declared = leftOut.filter { if case .declared = $0.cause { true } else { false } }.count
        if declared > 0 { parts.append("\(declared.grouped) \(declared == 1 ? "is" : "are") declared already") }
        let others = leftOut.filter { if case .otherOwner = $0.cause { true } else { false } }.count
        if others > 0 { parts.append("\(others.grouped) of other owners left alone") }
        let faults = leftOut.count - declared - others
        if faults > 0 { parts.append("\(faults.grouped) not exported") }
        return parts.joined(separator: "; ") + "."
    }

    /// What to do, for stderr.
    var advice: [String] {
        var lines: [String] = []
        var owners: Set<String> = []
        for left in leftOut {
            switch left.cause {
            case .otherOwner(let owner): owners.insert(owner)
            case .fault(let reason): lines.append("error: \"\(left.name)\" (\(left.uuid)) is not exported: \(reason)")
            case .declared: break
            }
        }
        if !owners.isEmpty {
            lines.append("note: other owners: \(owners.sorted().joined(separator: ", ")); --owner NAME exports theirs")
        }
        let remarks = manifests.flatMap { manifest in manifest.remarks.map { "note: \(manifest.key): \($0)" } }
        lines += remarks.prefix(Self.shownRemarks)
        if remarks.count > Self.shownRemarks {
            lines.append("note: \((remarks.count - Self.shownRemarks).grouped) more such notes stand in the manifests")
        }
        if !written.isEmpty {
            lines.append("Wrote \(count(written.count, "credential")), for --credentials-dir; keep them out of Git.")
        }
        let credentials = manifests.flatMap(\.credentials).filter { !written.contains($0.name) }
        if !credentials.isEmpty {
            let width = credentials.map(\.name.count).max() ?? 0
            lines.append(
                "Create \(count(credentials.count, "file")) in the credentials directory (--credentials-dir), "
                    + "each with nothing but the value:")
            for note in credentials {
                let pad = String(repeating: " ", count: width - note.name.count)
                lines.append("  \(note.name)\(pad)  \(note.words)")
            }
        }
        if !manifests.isEmpty {
            lines.append(
                "Look the manifests through, then run \"reconcile --dry-run \(directory)\": it should show markers alone."
            )
        }
        return lines
    }

    private func count(_ number: Int, _ word: String) -> String {
        "\(number.grouped) \(word)\(number == 1 ? "" : "s")"
    }
}
