import Model
import Testing

@testable import APIClient

@Suite struct BaseURLTests {
    @Test(
        arguments: [
            ("https://API.Test/v1/", "https://api.test/v1"), ("HTTPS://api.test:443", "https://api.test"),
            ("https://api.test:8443/a//", "https://api.test:8443/a"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://127.255.3.4/x", "http://127.255.3.4/x"), ("http://localhost:80/x", "http://localhost/x"),
            ("http://[::1]:9/x", "http://[::1]:9/x"),
        ])
    func oneFormForAllSpellings(text: String, form: String) throws {
        #expect(try BaseURL.normalForm(of: text) == form)
        #expect(try BaseURL.normalForm(of: form) == form)
    }

    @Test(
        arguments: [
            ("http://api.test/v1", "unencrypted"), ("http://127.0.0.1.evil.test/", "unencrypted"),
            ("http://128.0.0.1/", "unencrypted"), ("http://127.1/", "unencrypted"),
            ("http://0127.0.0.1/", "unencrypted"), ("http://localhost.evil.test/", "unencrypted"),
            ("ftp://api.test/", "neither https nor http"), ("https://api.test/v1?x=1", "query or a fragment"),
            ("https://api.test/v1#x", "query or a fragment"), ("https://user@api.test/", "user or a password"),
            ("https://user:hunter2@api.test/", "user or a password"), ("api.test/v1", "not an absolute URL"),
            ("", "not an absolute URL"), ("https://", "not an absolute URL"),
            ("https://api.test/ v1", "not an absolute URL"),
            ("https://api.test:70000/", "port"),
        ])
    func otherURLsAreRefused(text: String, words: String) {
        let problem = #expect(throws: Diagnostic.self) { try BaseURL.normalForm(of: text) }
        #expect(problem?.message.contains(words) == true)
        #expect(problem?.help != nil)
        #expect(problem?.rendered.contains("hunter2") == false)
    }
}
