import JSON
import Model

extension CSVColumns {
    typealias Fault = (message: String, help: String?, offset: Int)

    /// What is wrong with a cell that `write` refused, and the offset within the cell.
    func fault(of cell: CSVCell, column: Int, base: UnsafePointer<UInt8>, encoding: TextEncoding) -> Fault {
        var bytes = Array(UnsafeBufferPointer(start: base + cell.start, count: cell.end - cell.start))
        let name = "\"\(names[column])\""
        if let offset = bytes.withUnsafeBufferPointer(UTF8Check.firstInvalid) {
            let fault = encoding.fault
            return ("\(fault.message) (column \(name))", fault.help, offset)
        }
        if cell.needsDecoding || (cell.isQuoted && cell.needsEscapes) {
            switch cell.decoded(base, syntax: syntax) {
            case .success(let decoded): bytes = decoded
            case .failure(let unknown):
                let offset = unknown.offset - cell.start
                let text = String(decoding: bytes[offset...].prefix(8), as: UTF8.self).prefix(2)
                return (
                    "\"\(text)\" is not an escape that programs agree on (column \(name))",
                    text.hasSuffix("N")
                        ? "where it means that there is no value, declare csv: {null: [\"\\\\N\"]}"
                        : "write \(text.prefix(1)) twice where it is meant as itself; letters such as \\n are read with "
                            + "quote: \"\" alone", offset
                )
            }
        }
        let text = String(decoding: bytes.prefix(160), as: UTF8.self)
        let shown =
            isSensitive(column)
            ? "(sensitive)" : text.count > 40 || bytes.count > 160 ? text.prefix(40) + "…" : text[...]
        return switch plans[column].type {
        case .number:
            (
                "\"\(shown)\" is not a number, but `columns` says that \(name) is one",
                helpForNumber(bytes)
                    ?? "numbers are written as in JSON: -12.5, 3e8, no blanks, signs of currency or leading zeros", 0
            )
        case .json:
            (
                "\"\(shown)\" is not JSON, but `columns` says that \(name) is",
                "a text stands in quotes there; declare the column a string if it is one", 0
            )
        case .boolean, .string:
            (
                "\"\(shown)\" is neither true nor false, but `columns` says that \(name) is a boolean",
                helpForBoolean(String(text)), 0
            )
        }
    }

    /// The line of the manifest that would read the cell; nil where none is known.
    private func helpForNumber(_ bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        if text.trimmingBlanksAtEnd.drop(while: { $0 == " " }).utf8.count != bytes.count, !syntax.trims {
            return "blanks stand around it: declare csv: {trim: true}"
        }
        if let help = helpForNull(text) { return help }
        func isNumber(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBufferPointer { JSONText.isNumber($0) } }
        let swapped = bytes.map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 }
        let hasPoint = bytes.contains(UInt8(ascii: "."))
        if !hasPoint, isNumber(swapped) {
            return "where a comma stands before the fraction, declare csv: {decimal: \",\"}"
        }
        if syntax.dialect.decimal == UInt8(ascii: ","), hasPoint {
            return "`decimal` is a comma: write numbers without points between thousands"
        }
        return nil
    }

    private func helpForNull(_ text: String) -> String? {
        let known = ["NULL", "null", "NA", "N/A", "n/a", "NaN", "nan", "None", "nil", "\\N", "-", "#N/A"]
        guard known.contains(text) else { return nil }
        return
            "where it means that there is no value, declare csv: {null: [\(text == "\\N" ? "\"\\\\N\"" : "\"\(text)\"")]}"
    }

    private func helpForBoolean(_ text: String) -> String? {
        if let help = helpForNull(text) { return help }
        let pairs = [
            ("1", "0"), ("t", "f"), ("T", "F"), ("yes", "no"), ("Yes", "No"), ("YES", "NO"), ("y", "n"), ("Y", "N"),
        ]
        guard let pair = pairs.first(where: { $0.0 == text || $0.1 == text }) else {
            return "name the words with csv: {booleans: {true: [WORD], false: [WORD]}}"
        }
        return "declare csv: {booleans: {true: [\"\(pair.0)\"], false: [\"\(pair.1)\"]}}"
    }
}

extension TextEncoding {
    /// What is wrong with a byte that is no character.
    var fault: (message: String, help: String) {
        if self == .utf8 {
            return (
                "a byte that is not UTF-8",
                "save the file as UTF-8, or declare what it is, as in csv: {encoding: windows-1252}"
            )
        }
        return ("what stands here is no character of \(shown)", "correct `encoding`, or save the file as UTF-8")
    }
}
