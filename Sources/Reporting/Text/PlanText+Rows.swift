import Model
import Planner
import Platform

extension PlanText {
    func render(_ plan: UploadPlan, of connection: PlannedConnection, causes: [Cause], now: Int) -> [String] {
        let isExact = connection.sendsExactly(plan)
        var why = causes.words
        if plan.reason == .firstUpload, connection.uuid != nil { why += " (earlier rows unknown)" }
        var lines = [rowsLine(plan.sending, isExact: isExact, why: why)]
        if let counts = plan.data.counts {
            var parts = [
                "\(counts.added.grouped) added", "\(counts.changed.grouped) changed",
                "\(counts.removed.grouped) removed", "\(counts.unchanged.grouped) unchanged",
            ]
            if counts.rejected > 0 { parts.append("\(counts.rejected.grouped) rejected before") }
            lines.append("        \(parts.joined(separator: ", ")), \(plan.data.rows.grouped) in total")
        }
        if let due = connection.nextRefresh(now: now) {
            lines.append(
                "        next refresh \(CivilTime(utc: Double(due)).rfc3339): \((connection.desired?.data?.ttlSeconds ?? 0).durationWords) to live"
            )
        }
        if plan.respelt > 0 {
            let (of, them) = plan.respelt == 1 ? ("key is", "that row is") : ("keys are", "those rows are")
            lines.append(
                "        \(plan.respelt.grouped) \(of) spelled otherwise than they were uploaded, such as 1.0 for 1: "
                    + "\(them) replaced")
        }
        if plan.deletes > 0 {
            lines.append("    \(paint("-", .red)) rows: \(plan.deletes.counted("row")) that left the files")
        } else if let removed = plan.data.counts?.removed, removed > 0 {
            lines.append(
                "        the \(removed.counted("removed row")) stay\(removed == 1 ? "s" : "") in the connection "
                    + "(removed_rows: keep)")
        }
        return lines + previewLines(plan)
    }

    func rowsLine(_ sending: RowsToSend, isExact: Bool, why: String) -> String {
        "    \(paint("~", .yellow)) rows: \(isExact ? "" : "up to ")\(sending.rows.counted("row")) in "
            + "\(sending.requests.counted("request")), \(why)"
    }
}
