import JSON
import Model
import TestSupport

@testable import DataFiles

/// Writes the same rows in files of random number, order and formats.
struct RandomDataSets {
    /// A row: a key, and values by column; null is an empty cell of a typed column.
    typealias Row = [(name: String, value: JSONValue)]

    static let columns: [String: ColumnType] = ["n": .number, "v": .boolean]
    private static let pieces = [
        "a", "é", "\"", ",", "\n", "\r\n", "\\", "\t", "東京", "🎉", " ", "x", "\u{1}", "/", ";",
    ]

    let files: TemporaryDirectory

    static func text(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
    }

    static func row(key: String, _ random: inout SeededRandom) -> Row {
        let number = ["0", "-1.50", "3e2", "12345678901234567890", "0.000"].randomElement(using: &random)!
        return [
            ("id", .string(key)), ("s", .string(text(&random))),
            ("n", Bool.random(using: &random) ? .number(number) : .null),
            ("v", [.bool(true), .bool(false), .null].randomElement(using: &random)!),
            ("é\"", .string(text(&random))),
        ]
    }

    static func rows(_ count: Int, _ random: inout SeededRandom) -> [Row] {
        (0..<count).map { row(key: "k\($0)\(text(&random))", &random) }
    }

    static func csv(_ rows: [Row], _ random: inout SeededRandom) -> String {
        let order = Array(0..<rows[0].count).shuffled(using: &random)
        let end = Bool.random(using: &random) ? "\n" : "\r\n"
        func cell(_ text: String) -> String {
            let needsQuotes = text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
            guard needsQuotes || Int.random(in: 0..<4, using: &random) == 0 else { return text }
            return "\"\(text.replacing("\"", with: "\"\""))\""
        }
        var lines = [order.map { cell(rows[0][$0].name) }.joined(separator: ",")]
        for row in rows {
            let cells = order.map { index in
                switch row[index].value {
                case .string(let text): cell(text)
                case .null: cell("")
                case let value: cell(value.compactText)
                }
            }
            lines.append(cells.joined(separator: ","))
        }
        return lines.joined(separator: end) + (Bool.random(using: &random) ? end : "")
    }

    static func object(_ row: Row, _ random: inout SeededRandom) -> String {
        JSONValue.object(row.shuffled(using: &random).map { JSONMember($0.name, $0.value) }).compactText
    }

    /// The row as one text that is the same for rows of the same content.
    static func normalText(_ row: Row) -> String {
        JSONValue.object(row.map { JSONMember($0.name, $0.value) }).normalText
    }

    /// The rows in a random number of files of random formats.
    func dataSetOf(_ rows: [Row], _ random: inout SeededRandom) -> DataSet {
        var rest = rows.shuffled(using: &random)[...]
        var parts: [DataFile] = []
        while !rest.isEmpty {
            let part = Array(rest.prefix(Int.random(in: 1...max(1, rows.count), using: &random)))
            rest = rest.dropFirst(part.count)
            let name = "part\(parts.count)"
            switch Int.random(in: 0..<3, using: &random) {
            case 0: parts.append(files.file("\(name).csv", Self.csv(part, &random)))
            case 1:
                let lines = part.map { Self.object($0, &random) }
                let blank = Bool.random(using: &random) ? "\n" : "\n \n"
                parts.append(files.file("\(name).ndjson", lines.joined(separator: blank)))
            default:
                let objects = part.map { Self.object($0, &random) }.joined(separator: " ,\n")
                parts.append(files.file("\(name).json", "[\(objects)]"))
            }
        }
        // Types need a CSV file to apply to.
        if !parts.contains(where: { $0.format == .csv }) {
            let names = rows[0].map { "\"\($0.name.replacing("\"", with: "\"\""))\"" }
            parts.append(files.file("none.csv", names.joined(separator: ",")))
        }
        return dataSet(parts, columns: Self.columns)
    }
}
