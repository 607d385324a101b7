import Model

/// Reads a data set whole before anything is done with it.
package enum DataSurveyor {
    /// Validates every row, counts, and computes the digest, in memory that does not grow with the files.
    ///
    /// Blocks and keeps a core busy: call it off the cooperative pool. `isCancelled` is asked every few thousand rows.
    /// Row digests beyond a few megabytes are sorted in a nameless file in `temporaryDirectory`, 40 bytes a row.
    /// Errors: everything that is wrong with the files, with file and line, bounded in number; a file that moved
    /// while it was read; a temporary directory that is full or not writable.
    package static func survey(
        _ set: DataSet, limits: RequestLimits, temporaryDirectory: String, isCancelled: @Sendable () -> Bool
    ) -> Result<DataSurvey, DataProblems> {
        survey(
            set, limits: limits, temporaryDirectory: temporaryDirectory, tuning: Tuning(), isCancelled: isCancelled)
    }

    static func survey(
        _ set: DataSet, limits: RequestLimits, temporaryDirectory: String, tuning: Tuning, isCancelled: () -> Bool
    ) -> Result<DataSurvey, DataProblems> {
        Result { () throws(DataProblems) in
            try oneByOneIfNeeded { (isOneByOne) throws(DataProblems) in
                var pass = SurveyPass(
                    set, limits: limits, temporaryDirectory: temporaryDirectory, tuning: tuning, keepingRows: false,
                    isOneByOne: isOneByOne)
                return try pass.run(isCancelled: isCancelled)
            }
        }
    }

    /// Makes a survey, and makes it again row by row where something is wrong with a row that has to be named.
    static func oneByOneIfNeeded<Survey>(
        _ survey: (Bool) throws(DataProblems) -> Survey?
    ) throws(DataProblems) -> Survey {
        if let found = try survey(false) { return found }
        guard let found = try survey(true) else {
            preconditionFailure("a survey that takes the rows one by one has an answer")
        }
        return found
    }
}
