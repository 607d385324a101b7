import APIClient
import JSON
import Platform
import Reconciler

/// `reconcile query CONNECTION --batch -`: many queries from stdin, up to 1000 a request, some requests side by side; one
/// line of JSON for each, in their order.
struct BatchQuery {
    let uuid: String
    let client: APIClient
    let console: Console

    /// Requests under way at one time.
    private static let requestsAtOnce = 8

    /// A line of stdin: a query, or why it is none.
    private enum Line: Sendable {
        case query(RowQuery)
        case invalid(String)
    }

    private struct Chunk: Sendable {
        var text: String
        var hasFailed: Bool
    }

    func run() async throws(StepFailure) -> ExitStatus {
        // Asked one by one from the moment on at which the service turned out not to take many.
        let isSingly = Locked(false)
        var pending: [Task<Result<Chunk, StepFailure>, Never>] = []
        var hasFailed = false
        func printFirst() async throws(StepFailure) {
            let chunk = try await pending.removeFirst().value.get()
            hasFailed = hasFailed || chunk.hasFailed
            console.out(chunk.text, as: .json)
        }
        do throws(StepFailure) {
            while true {
                let lines = await BlockingWork.run { Self.nextLines() }
                if lines.isEmpty { break }
                if pending.count >= Self.requestsAtOnce { try await printFirst() }
                pending.append(
                    Task { () async -> Result<Chunk, StepFailure> in
                        do throws(StepFailure) {
                            return .success(try await answer(lines, isSingly))
                        } catch {
                            return .failure(error)
                        }
                    })
            }
            while !pending.isEmpty { try await printFirst() }
        } catch {
            for task in pending { task.cancel() }
            throw error
        }
        return hasFailed ? .failed : .done
    }

    private static func nextLines() -> [Line] {
        var lines: [Line] = []
        while lines.count < RowQuery.mostAtOnce, let text = readLine() {
            if text.isEmpty { continue }
            lines.append(line(text))
        }
        return lines
    }

    /// A string or a number is a primary key, an object the values of placeholders.
    private static func line(_ text: String) -> Line {
        do throws(JSONError) {
            switch try JSONValue.parse(Array(text.utf8)) {
            case .string(let key): return .query(.primaryKey(.string(key)))
            case .number(let key): return .query(.primaryKey(.number(key)))
            case .object(let values): return .query(.placeholders(values))
            default: return .invalid("a string, a number or an object is expected in this line")
            }
        } catch {
            return .invalid("this line is not JSON (\(error.message)): write a key in double quotes")
        }
    }

    private func answer(_ lines: [Line], _ isSingly: Locked<Bool>) async throws(StepFailure) -> Chunk {
        let queries = lines.compactMap { line in if case .query(let query) = line { query } else { nil } }
        var answers = (try await answers(to: queries, isSingly))[...]
        var hasFailed = false
        let texts = lines.map { line -> String in
            let answer: RowAnswer
            switch line {
            case .query: answer = answers.popFirst() ?? .failed("no answer came")
            case .invalid(let why): answer = .failed(why)
            }
            switch answer {
            case .data(let data): return data.compactText
            case .failed(let why):
                hasFailed = true
                return JSONValue.object([JSONMember("error", .string(why))]).compactText
            }
        }
        return Chunk(text: texts.joined(separator: "\n"), hasFailed: hasFailed)
    }

    private func answers(to queries: [RowQuery], _ isSingly: Locked<Bool>) async throws(StepFailure) -> [RowAnswer] {
        if queries.isEmpty { return [] }
        if !isSingly.withLock({ $0 }) {
            do throws(APIError) {
                return try await client.batchQuery(uuid, queries)
            } catch {
                guard [404, 405, 422].contains(error.status), error.kind != .authentication else {
                    throw StepFailure(error)
                }
                isSingly.withLock { $0 = true }
            }
        }
        var answers: [RowAnswer] = []
        for query in queries { answers.append(try await single(query)) }
        return answers
    }

    private func single(_ query: RowQuery) async throws(StepFailure) -> RowAnswer {
        do throws(APIError) {
            switch query {
            case .primaryKey(let key): return .data(try await client.query(uuid, primaryKey: key))
            case .placeholders(let values):
                let pairs = values.map { ($0.key, $0.value) }
                return .data(
                    try await client.query(uuid, placeholders: Dictionary(pairs, uniquingKeysWith: { $1 })))
            }
        } catch {
            guard error.kind == .notFound || error.kind == .rejected || error.status == 502 else {
                throw StepFailure(error)
            }
            return .failed(error.cause)
        }
    }
}
