import Model

extension PlannedConnection {
    /// Unix seconds at which the rows are due to be sent again; nil where they do not expire, or where nothing is known
    /// of them.
    ///
    /// - Parameters:
    ///   - now: When an upload of this plan began.
    ///   - isUploaded: Whether what the plan uploads is there, or will be.
    package func nextRefresh(now: Int, isUploaded: Bool = true) -> Int? {
        guard let ttl = desired?.data?.ttlSeconds else { return nil }
        var began = knownData?.at
        for case .upload(let plan) in actions where isUploaded {
            // Rows expire by the full upload that they came with.
            began = plan.isDelta ? began ?? applied?.batch?.base?.at : now
        }
        // The first second at which two thirds are over; at once where a clock that was ahead says when it was.
        return began.map { $0 > now + DataStamp.clockTolerance ? now : $0 + (ttl * 2 + 2) / 3 }
    }
}
