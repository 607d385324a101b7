import APIClient
import DataFiles
import Reconciler

/// How large upload requests may be, and how many go up at a time.
struct UploadOptions {
    var limits = RequestLimits()
    var uploads = UploadLimits()

    /// Errors: `UsageError` for a number out of its range.
    init(_ options: ParsedOptions) throws(UsageError) {
        if let requests = try options.integer("--upload-concurrency", in: 1...256) { uploads.requests = requests }
        if let bytes = try options.integer("--max-request-bytes", in: 1024...(64 << 20)) {
            limits.maxBytes = bytes - UploadRequest.maxOverhead
        }
    }
}
