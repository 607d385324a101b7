extension YAMLSyntaxProblem {
    /// libyaml's problem in words that say what to do.
    ///
    /// - Parameters:
    ///   - findings: Those of the file, to look at what stands at the place.
    ///   - base: The byte at which the stream began in its file.
    func fault(in findings: Findings, base: Int) -> YAMLFault {
        if let offset {
            return YAMLFault(
                message: problem.contains("control characters")
                    ? "the file holds a control character, which YAML does not allow"
                    : "the file holds bytes that are not UTF-8",
                mark: findings.mark(ofByte: base + offset),
                help: "save the file as UTF-8 text; it may be Latin-1 or Windows-1252, as some editors write it",
                isSyntax: true)
        }
        let mark = mark ?? contextMark ?? YAMLMark(line: 1, column: 1)
        var fault = YAMLFault(message: problem, mark: mark, isSyntax: true)
        if let context, let contextMark, contextMark != mark { fault.notes = [(context, contextMark)] }
        reword(&fault, at: findings.scalars(ofLine: Int(mark.line)) ?? [], in: findings)
        return fault
    }

    private func reword(_ fault: inout YAMLFault, at line: [Unicode.Scalar], in findings: Findings) {
        let column = Int(fault.mark.column) - 1
        let found = line.indices.contains(column) ? line[column] : nil
        for mark in ["<<<<<<<", "=======", ">>>>>>>", "|||||||"] {
            for number in Int(fault.mark.line) - 1...Int(fault.mark.line) + 1 {
                guard let found = findings.scalars(ofLine: number), found.starts(with: mark.unicodeScalars) else {
                    continue
                }
                fault.message = "a merge conflict is not resolved"
                fault.help = "choose one of the two sides, and remove the lines with <<<<<<<, ======= and >>>>>>>"
                fault.mark = YAMLMark(line: Int32(number), column: 1)
                fault.notes = []
                return
            }
        }
        let isIndentedByTab = line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
        switch problem {
        case _ where isIndentedByTab, "found a tab character that violates indentation",
            "found a tab character where an indentation space is expected",
            "found character that cannot start any token" where found == "\t":
            fault.message = "a tab cannot be used for indentation in YAML"
            fault.help = "indent with blanks"
            fault.notes = []
        case "found character that cannot start any token":
            fault.message = "a plain value cannot begin with \"\(found.map(String.init) ?? "")\""
            fault.help = "put the value in quotes"
            fault.notes = []
        case "did not find expected alphabetic or numeric character":
            fault.message = "\"*\" and \"&\" begin an alias or an anchor in YAML"
            fault.help = "put a value that begins with one of them, such as a glob, in quotes"
            if let contextMark { fault.mark = contextMark }
            fault.notes = []
        case "mapping values are not allowed in this context":
            fault.message = "a colon is not allowed here"
            fault.help = "put a value that holds \": \" in quotes, or check the indentation of this line"
        case "did not find expected key":
            fault.message = "a key of the mapping is expected here"
            fault.help = "check indentation and quotes of this line and of the one above"
        case "could not find expected ':'":
            fault.message = "a colon is missing after this key"
            fault.help = "write \"key: value\", and put a text of several lines in quotes or behind \"|\""
            if let contextMark { fault.mark = contextMark }
            fault.notes = []
        case "found unexpected end of stream" where contextMark != nil:
            fault.message = "the quoted text that begins here is not closed"
            fault.help = "add the missing quote"
            if let contextMark { fault.mark = contextMark }
            fault.notes = []
        case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
            fault.message = "\(problem.dropFirst("did not find expected ".count)) is expected here"
            let isReference = column > 0 && column <= line.count && line[..<column].contains("$")
            fault.help =
                isReference
                ? "within brackets a value with ${…} needs quotes"
                : "close the list or mapping, or put a value that holds one of []{}, in quotes"
        case "did not find expected node content":
            fault.message = "a value is expected here"
            fault.help = "remove the sign that stands here, or put the value in quotes"
        case "did not find expected '-' indicator":
            fault.message = "an item of the list, \"- \", is expected here"
            fault.help = "check the indentation of this line"
        default:
            fault.help = "check the syntax of YAML at this place"
        }
    }
}
