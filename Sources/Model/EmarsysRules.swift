import JSON

/// What SAP Emarsys does with an answer to "request external content for personalization": its published rules.
package enum EmarsysRules {
    /// Bytes of an answer, at most: a larger one is thrown away as a whole.
    package static let maxAnswerBytes = 2_000_000

    /// What is wrong with an answer, as Emarsys would see it.
    package enum Finding: Sendable, Hashable {
        /// More than 2 MB: nothing of it is used.
        case tooLarge(bytes: Int)
        /// An item (from 0) that is thrown away, and why.
        case discarded(item: Int, reason: String)
        /// A field of an item that was not asked for: left out.
        case fieldLeftOut(item: Int, field: String)
        /// Items of one contact over the limit: left out.
        case overLimit(contact: Int, items: Int, limit: Int)
        /// A contact (from 0) without an item: its content stays empty.
        case nothingFor(contact: Int)

        /// Whether something that was asked for does not arrive.
        package var losesContent: Bool {
            switch self {
            case .fieldLeftOut: false
            case .tooLarge, .discarded, .overLimit, .nothingFor: true
            }
        }

        /// One sentence.
        package var text: String {
            switch self {
            case .tooLarge(let bytes): "Emarsys throws the answer away: \(bytes.grouped) bytes are more than 2 MB"
            case .discarded(let item, let reason): "Emarsys throws item \(item + 1) away: \(reason)"
            case .fieldLeftOut(let item, let field):
                "Emarsys leaves \(field) of item \(item + 1) out: nobody asked for it"
            case .overLimit(let contact, let items, let limit):
                "Emarsys uses \(limit) of the \(items) items for contact \(contact + 1): the limit is \(limit)"
            case .nothingFor(let contact): "there is no item for contact \(contact + 1)"
            }
        }
    }

    /// All that is wrong, in the order of the items.
    package static func findings(
        content: [JSONValue], bytes: Int, contacts: [[JSONMember]], fields: [String], limit: Int
    ) -> [Finding] {
        var findings: [Finding] = bytes > maxAnswerBytes ? [.tooLarge(bytes: bytes)] : []
        var counts = Array(repeating: 0, count: contacts.count)
        let references = Set(contacts.flatMap { $0.map(\.key) })
        for (index, item) in content.enumerated() {
            guard let members = item.objectValue else {
                findings.append(.discarded(item: index, reason: "it is not an object"))
                continue
            }
            let nested = members.first { $0.value.arrayValue != nil || $0.value.objectValue != nil }
            if let nested {
                findings.append(.discarded(item: index, reason: "\(nested.key) holds a list or an object"))
                continue
            }
            guard let contact = contacts.firstIndex(where: { echoes(item, $0) }) else {
                let names = references.sorted().joined(separator: ", ")
                findings.append(
                    .discarded(item: index, reason: "it repeats the \(names) of no contact that was asked for"))
                continue
            }
            counts[contact] += 1
            for member in members where !references.contains(member.key) && !fields.contains(member.key) {
                findings.append(.fieldLeftOut(item: index, field: member.key))
            }
        }
        for (contact, count) in counts.enumerated() {
            if count == 0 { findings.append(.nothingFor(contact: contact)) }
            if count > limit { findings.append(.overLimit(contact: contact, items: count, limit: limit)) }
        }
        return findings
    }

    /// Whether an item repeats all reference fields of a contact with their values.
    package static func echoes(_ item: JSONValue, _ contact: [JSONMember]) -> Bool {
        contact.allSatisfy { wanted in
            switch item[wanted.key] {
            case .string(let text)?: wanted.value.stringValue == text
            case .number(let text)?: wanted.value.stringValue == text
            default: false
            }
        }
    }

    /// Whether Emarsys can ask for a field of that name: `^[A-Za-z][A-Za-z0-9_]*$`.
    package static func isFieldName(_ name: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }
        guard let first = name.utf8.first, isLetter(first) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) }
    }
}
