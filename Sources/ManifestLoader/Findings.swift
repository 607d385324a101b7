import Model

/// What was found wrong in one file, gathered while it is read.
final class Findings {
    /// Beyond so many problems a file is more wrong than right.
    static let limit = 1000
    /// Bytes; a longer line is not shown.
    private static let maxShownLine = 16 * 1024

    let source: SourceFile
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var errorCount = 0
    private var suppressed = 0
    private var hiddenLines: Set<Int> = []
    private var secretSpans: [(start: YAMLMark, end: YAMLMark)] = []
    private lazy var lineStarts = source.lineStarts()
    private var shownLines: [Int: String] = [:]
    /// Of files with patches of this one's documents; marks count them from 1.
    private var layers: [Findings] = []
    /// Of the document that is being read, where it is put together of several: where it and its patches begin.
    var layered: (document: YAMLMark, patches: [YAMLMark])?

    init(source: SourceFile) {
        self.source = source
    }

    func error(
        _ message: String, at mark: YAMLMark, help: String? = nil, notes: [(text: String, mark: YAMLMark)] = []
    ) {
        add(diagnostic(.error, message, at: mark, help: help, notes: notes))
    }

    func warning(_ message: String, at mark: YAMLMark, help: String? = nil) {
        add(diagnostic(.warning, message, at: mark, help: help))
    }

    func add(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error { errorCount += 1 }
        if diagnostics.count < Self.limit { diagnostics.append(diagnostic) } else { suppressed += 1 }
    }

    /// A diagnostic that is not counted among the file's, such as a data file's that is not there.
    func diagnostic(
        _ severity: Diagnostic.Severity, _ message: String, at mark: YAMLMark, help: String? = nil,
        notes: [(text: String, mark: YAMLMark)] = []
    ) -> Diagnostic {
        Diagnostic(
            severity, message, at: location(mark), help: help,
            notes: notes.map { Diagnostic.Note($0.text, at: location($0.mark)) } + otherParts(than: mark))
    }

    func location(_ mark: YAMLMark) -> SourceLocation {
        SourceLocation(path: owner(of: mark).source.path, line: Int(mark.line), column: Int(mark.column))
    }

    // MARK: Documents of several files

    /// The number of a file for marks; nil where there are too many.
    func layer(_ findings: Findings) -> Int? {
        if let known = layers.firstIndex(where: { $0 === findings }) { return known + 1 }
        guard layers.count < YAMLMark.maxFiles else { return nil }
        layers.append(findings)
        return layers.count
    }

    /// Those of the file that a mark is about.
    func owner(of mark: YAMLMark) -> Findings { mark.file == 0 ? self : layers[mark.file - 1] }

    /// Tells of a problem of a document of several files where the other parts are.
    private func otherParts(than mark: YAMLMark) -> [Diagnostic.Note] {
        guard let layered else { return [] }
        if mark.file != 0 { return [Diagnostic.Note("this manifest is patched", at: location(layered.document))] }
        return layered.patches.map { Diagnostic.Note("it is patched here", at: location($0)) }
    }

    // MARK: Lines

    /// The place of a byte of a scalar's text, as exactly as can be told: where the line holds the text as it is (no
    /// escapes, one line) its own column, otherwise the beginning of the scalar.
    func mark(of node: YAMLNode, offset: Int) -> YAMLMark {
        if node.mark.file != 0 {
            var own = node
            own.mark = node.mark.inFile(0)
            return owner(of: node.mark).mark(of: own, offset: offset).inFile(node.mark.file)
        }
        guard let scalar = node.scalar, scalar.end.line == node.mark.line, scalar.style != .block,
            let line = scalars(ofLine: Int(node.mark.line))
        else { return node.mark }
        let head = Array(String(decoding: scalar.text.utf8.prefix(offset), as: UTF8.self).unicodeScalars)
        // Behind the opening quote; what an anchor or a tag puts before the text makes the comparison fail.
        let start = Int(node.mark.column) - 1 + (scalar.style == .plain ? 0 : 1)
        guard start <= line.count, line[start...].starts(with: head) else { return node.mark }
        return YAMLMark(line: node.mark.line, column: Int32(start + head.count + 1))
    }

    /// Keeps the scalar's text out of the source lines that are shown: it is the value of a header.
    func hide(_ node: YAMLNode) {
        guard let scalar = node.scalar else { return }
        owner(of: node.mark).secretSpans.append((node.mark.inFile(0), scalar.end.inFile(0)))
    }

    /// Keeps a whole line out of what is shown.
    func hide(line: Int32) { hiddenLines.insert(Int(line)) }

    /// Whether a line of a file that is no valid YAML belongs to `headers`, judged by indentation alone.
    func mayShowHeader(line: Int) -> Bool {
        var indentation = Int.max
        for number in stride(from: min(line, lineStarts.count), through: 1, by: -1) {
            guard let scalars = scalars(ofLine: number) else { return true }
            let blanks = scalars.prefix { $0 == " " || $0 == "\t" }.count
            if number != line, blanks == scalars.count || blanks >= indentation { continue }
            if scalars.starts(with: "---".unicodeScalars) { return false }
            indentation = min(indentation, blanks)
            if String(String.UnicodeScalarView(scalars)).containsBytes(of: "headers") { return true }
            if indentation == 0 { return false }
        }
        return false
    }

    /// The diagnostics with their source lines, which are looked up only now and only where there is one to show.
    func finish() -> [Diagnostic] {
        if suppressed > 0 {
            let last = diagnostics.last?.location
            diagnostics.append(
                Diagnostic(
                    .error, "\(suppressed) more problems in this file are not shown",
                    at: SourceLocation(path: source.path, line: last?.line ?? 1, column: last?.column ?? 1),
                    help: "repair those above first"))
            suppressed = 0
        }
        return diagnostics.map(withSourceLine)
    }

    func withSourceLine(_ diagnostic: Diagnostic) -> Diagnostic {
        guard let location = diagnostic.location, diagnostic.sourceLine == nil else { return diagnostic }
        guard location.path == source.path else {
            return layers.first { $0.source.path == location.path }?.withSourceLine(diagnostic) ?? diagnostic
        }
        var diagnostic = diagnostic
        diagnostic.sourceLine = shownLine(location.line)
        return diagnostic
    }

    /// The scalars of a line as they stand in the file; nil where there is no such line or it is too long to show.
    func scalars(ofLine line: Int) -> [Unicode.Scalar]? {
        guard let bytes = source.line(line, starts: lineStarts), bytes.count <= Self.maxShownLine else { return nil }
        return Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }

    /// The 1-based line of a byte, and the byte's column in scalars.
    func mark(ofByte offset: Int) -> YAMLMark {
        let line = lineStarts.partitioningIndex { $0 > offset }
        let text = String(decoding: source.bytes[lineStarts[line - 1]..<min(offset, source.bytes.count)], as: UTF8.self)
        return YAMLMark(line: Int32(line), column: Int32(text.unicodeScalars.count + 1))
    }

    /// The first line at or after `line` that begins a document with `---`, and its byte; nil where there is none.
    func documentStart(from line: Int) -> (line: Int, offset: Int)? {
        for number in stride(from: max(1, line), through: lineStarts.count, by: 1) {
            let offset = lineStarts[number - 1]
            let head = source.bytes[offset...].prefix(4)
            if head.starts(with: "---".utf8), head.count == 3 || [0x20, 0x09, 0x0A, 0x0D].contains(head.last) {
                return (number, offset)
            }
        }
        return nil
    }

    private func shownLine(_ line: Int) -> String? {
        if let known = shownLines[line] { return known }
        guard !hiddenLines.contains(line), var scalars = scalars(ofLine: line) else { return nil }
        for span in secretSpans where span.start.line <= line && line <= span.end.line {
            let start = span.start.line == line ? Int(span.start.column) - 1 : 0
            let end = span.end.line == line ? Int(span.end.column) - 1 : scalars.count
            mask(&scalars, from: min(start, scalars.count), to: min(end, scalars.count))
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        shownLines[line] = String(text)
        return String(text)
    }

    /// Stars for everything but blanks, quotes at the ends, and references, which are no secrets themselves.
    private func mask(_ scalars: inout [Unicode.Scalar], from start: Int, to end: Int) {
        var index = start
        while index < end {
            if scalars[index] == "$", index + 1 < end, scalars[index + 1] == "{",
                let close = scalars[index..<end].firstIndex(of: "}")
            {
                index = close + 1
                continue
            }
            let isQuote = (index == start || index == end - 1) && (scalars[index] == "\"" || scalars[index] == "'")
            if !isQuote, scalars[index] != " " { scalars[index] = "*" }
            index += 1
        }
    }
}

extension Array {
    /// The first index whose element satisfies a predicate that holds from some index on.
    func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
