import Platform

/// Keeps plain http away from proxies.
enum ProxyBypass {
    /// Adds the loopback hosts to `no_proxy` where a proxy is set.
    ///
    /// libcurl, which URLSession uses, reads the environment by itself and would hand the keys, unencrypted, to a proxy
    /// even for this machine's own addresses; the session's proxy settings do not stop it.
    static func keepLoopbackDirect() {
        let proxies = ["http_proxy", "all_proxy", "ALL_PROXY"]
        guard proxies.contains(where: { Environment.value($0) != nil }) else { return }
        let old = Environment.value("no_proxy") ?? Environment.value("NO_PROXY")
        if let value = exempting(old) { Environment.set("no_proxy", to: value) }
    }

    /// The list with the loopback hosts added; nil where nothing is to be added.
    static func exempting(_ list: String?) -> String? {
        let old = (list ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
        if old.contains("*") { return nil }
        let missing = ["localhost", "127.0.0.0/8", "127.0.0.1", "::1"].filter { !old.contains($0) }
        return missing.isEmpty ? nil : (old + missing).joined(separator: ",")
    }
}
