import JSON

/// How a value that is too long for one line differs from what it was: lines to be read one above the other.
struct ValueDiff {
    enum Kind { case removed, added, context }

    struct Line: Equatable {
        var kind: Kind
        var text: String
        /// Characters of the text that differ; nil where all do, or none.
        var span: Range<Int>?
    }

    /// Characters of a line, at most.
    let width: Int

    /// Texts line by line, objects and lists member by member, all else by what differs within.
    func lines(from old: JSONValue, to new: JSONValue) -> [Line] {
        switch (old, new) {
        case (.string(let old), .string(let new)) where old.contains("\n") || new.contains("\n"):
            return texts(old, new)
        case (.object, .object), (.array, .array):
            return members(from: old, to: new, at: "")
        default: return pair(PlainText.oneLine(old.compactText), PlainText.oneLine(new.compactText))
        }
    }

    // MARK: - Within a line

    private func pair(_ old: String, _ new: String, label: String = "") -> [Line] {
        let (left, right) = (Array(old), Array(new))
        let head = zip(left, right).prefix { $0 == $1 }.count
        let tail = zip(left.dropFirst(head).reversed(), right.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        return [
            excerpt(left, head: head, tail: tail, .removed, label),
            excerpt(right, head: head, tail: tail, .added, label),
        ]
    }

    /// What differs, with some of what is the same before and behind it.
    private func excerpt(_ text: [Character], head: Int, tail: Int, _ kind: Kind, _ label: String) -> Line {
        let room = max(30, width - label.count)
        let end = text.count - tail
        if text.count <= room {
            return Line(kind: kind, text: label + String(text), span: span(head, end, label.count))
        }
        let around = max(8, min(24, (room - (end - head)) / 2))
        let start = max(0, head - around)
        let shownEnd = min(text.count, max(end + around, start + room - 2), start + room - 2)
        let before = start > 0 ? "…" : ""
        let shown = label + before + String(text[start..<shownEnd]) + (shownEnd < text.count ? "…" : "")
        let shift = label.count + before.count - start
        return Line(kind: kind, text: shown, span: span(head, min(end, shownEnd), shift))
    }

    private func span(_ start: Int, _ end: Int, _ shift: Int) -> Range<Int>? {
        start < end ? start + shift..<end + shift : nil
    }

    // MARK: - Lines of a text

    private func texts(_ old: String, _ new: String) -> [Line] {
        func lines(_ text: String) -> [String] {
            text.split(separator: "\n", omittingEmptySubsequences: false).map { PlainText.oneLine(String($0)) }
        }
        let (left, right) = (lines(old), lines(new))
        let difference = right.difference(from: left)
        var (removed, added): (Set<Int>, Set<Int>) = ([], [])
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var all: [Line] = []
        var (index, other) = (0, 0)
        while index < left.count || other < right.count {
            let (start, otherStart) = (index, other)
            while index < left.count, removed.contains(index) { index += 1 }
            while other < right.count, added.contains(other) { other += 1 }
            all += replaced(Array(left[start..<index]), Array(right[otherStart..<other]))
            if (start, otherStart) == (index, other), index < left.count, other < right.count {
                all.append(Line(kind: .context, text: PlainText.cut(right[other], to: width)))
                index += 1
                other += 1
            }
        }
        return elided(all)
    }

    /// Lines that stand for others: as many as before, each beside its own, so that the place where long ones differ shows.
    private func replaced(_ old: [String], _ new: [String]) -> [Line] {
        if old.count == new.count {
            let pairs = zip(old, new).map { pair($0, $1) }
            return pairs.map { $0[0] } + pairs.map { $0[1] }
        }
        return old.map { Line(kind: .removed, text: PlainText.cut($0, to: width)) }
            + new.map { Line(kind: .added, text: PlainText.cut($0, to: width)) }
    }

    /// One line of what is the same stays beside each that differs.
    private func elided(_ lines: [Line]) -> [Line] {
        var shown: [Line] = []
        var hidden = 0
        for (index, line) in lines.enumerated() {
            let isNear = (max(0, index - 1)...min(lines.count - 1, index + 1)).contains { lines[$0].kind != .context }
            if line.kind != .context || isNear {
                if hidden > 0 {
                    shown.append(Line(kind: .context, text: "… \(hidden) equal line\(hidden == 1 ? "" : "s")"))
                }
                hidden = 0
                shown.append(line)
            } else {
                hidden += 1
            }
        }
        if hidden > 0 { shown.append(Line(kind: .context, text: "… \(hidden) equal line\(hidden == 1 ? "" : "s")")) }
        return shown
    }

    // MARK: - Members

    private func members(from old: JSONValue, to new: JSONValue, at path: String) -> [Line] {
        if old.isEquivalent(to: new) { return [] }
        if let left = old.objectValue, let right = new.objectValue {
            var lines: [Line] = []
            for member in left {
                let inner = path + (path.isEmpty ? "" : ".") + PlainText.oneLine(member.key)
                if let value = new[member.key] {
                    lines += members(from: member.value, to: value, at: inner)
                } else {
                    lines.append(single(member.value, .removed, inner))
                }
            }
            for member in right where old[member.key] == nil {
                lines.append(
                    single(member.value, .added, path + (path.isEmpty ? "" : ".") + PlainText.oneLine(member.key)))
            }
            return lines
        }
        if let left = old.arrayValue, let right = new.arrayValue {
            var lines: [Line] = []
            for index in 0..<max(left.count, right.count) {
                let inner = "\(path)[\(index)]"
                if index >= left.count {
                    lines.append(single(right[index], .added, inner))
                } else if index >= right.count {
                    lines.append(single(left[index], .removed, inner))
                } else {
                    lines += members(from: left[index], to: right[index], at: inner)
                }
            }
            return lines
        }
        return pair(
            PlainText.oneLine(old.compactText), PlainText.oneLine(new.compactText),
            label: path.isEmpty ? "" : path + ": ")
    }

    private func single(_ value: JSONValue, _ kind: Kind, _ path: String) -> Line {
        Line(kind: kind, text: PlainText.cut("\(path): \(PlainText.oneLine(value.compactText))", to: width))
    }
}
