import JSON

/// What is wrong with a JSON text, with the way out where other languages' words stand in it.
struct JSONFault {
    let message: String
    let help: String?

    /// - Parameter bytes: The text that could not be parsed.
    init(_ error: JSONError, in bytes: UnsafeBufferPointer<UInt8>) {
        let rest = bytes.dropFirst(error.offset)
        func stands(_ word: String) -> Bool { rest.prefix(word.utf8.count).elementsEqual(word.utf8) }
        if ["NaN", "Infinity", "-Infinity", "-NaN", "nan", "inf", "-inf"].contains(where: stands) {
            message = "JSON has no NaN and no Infinity"
            help = "write null where there is no number"
        } else if ["None", "True", "False"].contains(where: stands) {
            message = "a word of Python where JSON is expected"
            help = "write null, true and false: json.dumps does"
        } else if stands("'") {
            message = "a single quote where JSON is expected"
            help = "strings of JSON stand in double quotes: json.dumps writes them"
        } else {
            message = error.message
            help = nil
        }
    }
}
