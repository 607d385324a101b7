import CLibYAML

/// Why a YAML file, or the rest of one of its documents, cannot be read.
struct YAMLFault: Error {
    var message: String
    var mark: YAMLMark
    var help: String?
    var notes: [(text: String, mark: YAMLMark)] = []
    /// Whether it is one of syntax: then nothing is known of what stands on the line, secrets included.
    var isSyntax = false
}

/// What libyaml said of a problem, in its words, before it is put into ours.
struct YAMLSyntaxProblem {
    var problem: String
    var mark: YAMLMark?
    var context: String?
    var contextMark: YAMLMark?
    /// The byte at which input that is no text was noticed, counted from the beginning of the stream.
    var offset: Int?
}

/// The events of a YAML stream in memory. libyaml's 0-based marks become 1-based here, and nowhere else.
///
/// The bytes must outlive the stream.
struct YAMLEventStream: ~Copyable {
    enum Failure: Error { case syntax(YAMLSyntaxProblem) }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// The event of the last `advance()`.
    private(set) var event = yaml_event_t()
    private let lineOffset: Int32

    /// - Parameter firstLine: The 1-based line at which the bytes begin in their file.
    init(bytes: UnsafeBufferPointer<UInt8>, firstLine: Int) {
        parser = .allocate(capacity: 1)
        lineOffset = Int32(clamping: firstLine)
        guard yaml_parser_initialize(parser) == 1 else { preconditionFailure("out of memory") }
        // Said outright, or a file that begins like UTF-16 would be taken for it.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        var event = event
        yaml_event_delete(&event)
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    var type: yaml_event_type_t { event.type }
    var start: YAMLMark { mark(event.start_mark) }
    var end: YAMLMark { mark(event.end_mark) }

    /// Goes to the next event; the one before is gone.
    mutating func advance() throws(Failure) {
        yaml_event_delete(&event)
        guard yaml_parser_parse(parser, &event) == 1 else { throw .syntax(problem) }
    }

    private var problem: YAMLSyntaxProblem {
        let state = parser.pointee
        let text = state.problem.map { String(cString: $0) } ?? "the text is not valid YAML"
        if state.error == YAML_READER_ERROR {
            return YAMLSyntaxProblem(problem: text, offset: state.problem_offset)
        }
        return YAMLSyntaxProblem(
            problem: text, mark: mark(state.problem_mark), context: state.context.map { String(cString: $0) },
            contextMark: state.context == nil ? nil : mark(state.context_mark))
    }

    private func mark(_ mark: yaml_mark_t) -> YAMLMark {
        YAMLMark(line: Int32(clamping: mark.line) &+ lineOffset, column: Int32(clamping: mark.column) &+ 1)
    }
}
