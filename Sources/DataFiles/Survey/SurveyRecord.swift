import Model

/// What a survey found, for as long as the files are as it saw them: they need not be opened again.
///
/// A small value for the caller to store in the state directory.
package struct SurveyRecord: Sendable, Hashable, Codable {
    private var fingerprint: DataFingerprint
    /// Unix seconds at which the survey began.
    private var began: Double
    private var digestVersion: Int
    /// 32 hexadecimal digits.
    private var digest: String
    private var sequence: String?
    private var rowCount: Int
    private var byteCount: Int
    private var requestCount: Int
    /// The limits that `requestCount` is exact for.
    private var maxRows: Int
    private var maxBytes: Int

    /// `began` is the time, in Unix seconds, right before the survey was started.
    package init(_ survey: DataSurvey, limits: RequestLimits, began: Double) {
        fingerprint = survey.fingerprint
        self.began = began
        digestVersion = DataSurvey.digestVersion
        digest = survey.digest.description
        sequence = survey.sequence
        rowCount = survey.rowCount
        byteCount = survey.byteCount
        requestCount = survey.requestCount
        maxRows = limits.maxRows
        maxBytes = limits.maxBytes
    }

    /// Whether it can answer at all: files that were written less than two seconds before the survey could have been
    /// written again within the same tick of their times. One that is not worth keeping need not be stored.
    package var isSettled: Bool { fingerprint.isSettled(at: began) }

    /// The survey of that set, where no file has been touched since and nothing else that decides it differs; nil
    /// where the files must be read. Looks at names, sizes and times alone and opens nothing.
    package func survey(of set: DataSet, limits: RequestLimits) -> DataSurvey? {
        guard digestVersion == DataSurvey.digestVersion, isSettled, maxRows == limits.maxRows,
            maxBytes == limits.maxBytes, let digest = Digest128(digest),
            let current = try? DataFingerprint.current(of: set), current == fingerprint
        else { return nil }
        return DataSurvey(
            digest: digest, rowCount: rowCount, byteCount: byteCount, requestCount: requestCount,
            fingerprint: fingerprint, sequence: sequence)
    }
}
