import Model

extension DataSurveyor {
    /// Surveys a data set as `survey` does and, in the same pass, compares its rows with those of a ledger.
    ///
    /// Without a ledger it keeps what is needed to write the first one. Rows that stand rejected in the ledger and are
    /// as they were are left out of what is to be sent, unless `retryRejected`.
    ///
    /// The answer holds on to temporary files without names in `temporaryDirectory`: about 60 bytes a row, two open
    /// files for a set of more than some hundred rows, and one bit a row in memory. Let go of it when the upload is
    /// done or not needed.
    /// Blocks; errors as those of `survey`, and a ledger that can no longer be read.
    package static func survey(
        _ set: DataSet, limits: RequestLimits, temporaryDirectory: String, against ledger: LedgerReader?,
        retryRejected: Bool = false, onProgress: @Sendable (ReadingProgress) -> Void = { _ in },
        isCancelled: @Sendable () -> Bool
    ) -> Result<LedgerSurvey, DataProblems> {
        survey(
            set, limits: limits, temporaryDirectory: temporaryDirectory, against: ledger,
            retryRejected: retryRejected, tuning: Tuning(), onProgress: onProgress, isCancelled: isCancelled)
    }

    static func survey(
        _ set: DataSet, limits: RequestLimits, temporaryDirectory: String, against ledger: LedgerReader?,
        retryRejected: Bool, tuning: Tuning, onProgress: (ReadingProgress) -> Void = { _ in }, isCancelled: () -> Bool
    ) -> Result<LedgerSurvey, DataProblems> {
        Result { () throws(DataProblems) in
            try oneByOneIfNeeded { (isOneByOne) throws(DataProblems) in
                var pass = SurveyPass(
                    set, limits: limits, temporaryDirectory: temporaryDirectory, tuning: tuning, keepingRows: true,
                    isOneByOne: isOneByOne)
                return try pass.run(
                    against: ledger, retryRejected: retryRejected, onProgress: onProgress, isCancelled: isCancelled)
            }
        }
    }
}
