import JSON

/// What gives away that a list is not all there is. No paging is documented, so none is followed.
enum PagingSigns {
    private static let pointers: Set<String> = [
        "next", "next_page", "nextpage", "next_url", "next_link", "next_cursor", "nextcursor", "next_page_token",
        "nextpagetoken", "next_token", "nexttoken", "cursor", "continuation_token", "continuationtoken", "after",
        "next_offset",
    ]
    private static let flags: Set<String> = [
        "has_more", "hasmore", "has_next", "hasnext", "has_next_page", "hasnextpage", "more", "truncated",
        "is_truncated",
    ]
    private static let totals: Set<String> = [
        "total", "total_count", "totalcount", "total_items", "totalitems", "total_results", "count",
    ]
    private static let pageCounts: Set<String> = [
        "pages", "total_pages", "totalpages", "page_count", "pagecount", "last_page",
    ]
    private static let pageNumbers: Set<String> = ["page", "current_page", "page_number"]
    private static let sizes: Set<String> = ["limit", "page_size", "pagesize", "per_page", "perpage", "size"]
    /// Objects that hold such members.
    private static let holders: Set<String> = [
        "meta", "metadata", "_meta", "pagination", "paging", "page_info", "pageinfo", "page", "links", "_links",
    ]

    /// Looks at what stands beside a list of `count` items.
    static func check(_ members: [JSONMember], count: Int) throws(AnswerProblem) {
        for member in members {
            let name = member.key.lowercased()
            if holders.contains(name), let inner = member.value.objectValue {
                try check(inner, count: count)
            } else if isSign(name, member.value, count: count, hasTotal: hasTotal(members)) {
                throw ListAnswer.paged("\"\(member.key)\": \(member.value.compactText.prefix(60))")
            }
        }
    }

    /// Looks at the headers: `Link` with `rel=next` (RFC 8288), and the usual counts.
    static func check(headers: [String: String], count: Int) throws(AnswerProblem) {
        if let link = headers["link"]?.lowercased(), link.contains("rel=\"next\"") || link.contains("rel=next") {
            throw ListAnswer.paged("the header Link")
        }
        for name in ["x-total-count", "x-total"] {
            if let total = headers[name].flatMap({ Int($0.trimmingBlanks) }), total > count {
                throw ListAnswer.paged("the header \(name): \(total)")
            }
        }
        if let next = headers["x-next-page"], !next.trimmingBlanks.isEmpty {
            throw ListAnswer.paged("the header X-Next-Page")
        }
    }

    private static func isSign(_ name: String, _ value: JSONValue, count: Int, hasTotal: Bool) -> Bool {
        if pointers.contains(name) {
            return !(value.isNull || value.stringValue == "" || value == false || value == .object([]))
        }
        if flags.contains(name) { return value == true }
        guard let number = value.intValue else { return false }
        if totals.contains(name) { return number > count }
        if pageCounts.contains(name) || pageNumbers.contains(name) { return number > 1 }
        if name == "offset" || name == "skip" { return number > 0 }
        // A full page without a total may be followed by another one.
        return sizes.contains(name) && number > 0 && count >= number && !hasTotal
    }

    private static func hasTotal(_ members: [JSONMember]) -> Bool {
        members.contains { totals.contains($0.key.lowercased()) && $0.key.lowercased() != "count" }
    }
}
