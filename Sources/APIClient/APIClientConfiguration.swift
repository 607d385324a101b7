import Model

/// Which service, with which keys, how patiently.
package struct APIClientConfiguration: Sendable {
    /// Normal form, without a slash at its end; `state` may be bound to it.
    package let baseURL: String
    package let keys: APIKeys
    /// Secrets of manifests and of the environment, which nothing that somebody else says may repeat.
    package let knownSecrets: [ConfigString]
    /// `reconcile/VERSION`.
    package let userAgent: String
    /// Seconds without any progress after which an attempt is given up.
    package let idleTimeout: Double
    /// Seconds after which an attempt is given up, whatever its progress.
    package let attemptTimeout: Double
    package let retry: RetryPolicy
    /// What all requests of the client keep to; nil learns it where the service complains.
    package let rate: RequestRate?
    /// Requests under way at one time, at most.
    package let maxConcurrency: Int

    package static let productionURL = "https://api.opti-x.optimove.net/api/data-connections/v1"

    /// Errors: a `Diagnostic` that names the URL and the rule it breaks.
    package init(
        baseURL: String = productionURL, keys: APIKeys, knownSecrets: [String] = [], userAgent: String,
        idleTimeout: Double = 60,
        attemptTimeout: Double = 300, retry: RetryPolicy = RetryPolicy(), rate: RequestRate? = nil,
        maxConcurrency: Int = 8
    ) throws(Diagnostic) {
        self.baseURL = try BaseURL.normalForm(of: baseURL)
        self.keys = keys
        self.knownSecrets = knownSecrets.map { ConfigString($0, isSecret: true) }
        self.userAgent = userAgent
        self.idleTimeout = idleTimeout
        self.attemptTimeout = attemptTimeout
        self.retry = retry
        self.rate = rate
        self.maxConcurrency = max(1, maxConcurrency)
    }
}
