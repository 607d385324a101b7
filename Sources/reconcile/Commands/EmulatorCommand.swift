import APIClient
import Daemon
import Emulator
import Platform
import Reconciler

/// `reconcile emulator`: serves the API on loopback until stopped.
struct EmulatorCommand {
    let invocation: Invocation
    let console: Console

    static var knownDialects: String { list(Dialect.allCases.map(\.rawValue)) }
    static var knownFaults: String { list(Fault.Kind.allCases.map(\.rawValue)) }

    func run() async throws(UsageError) -> ExitStatus {
        let options = try emulatorOptions()
        do {
            let emulator = try Emulator(options: options)
            _ = try emulator.start()
            console.out("listening on \(emulator.baseURL)")
            await untilStopped()
            await emulator.stop()
            return .done
        } catch {
            console.err("error: the emulator cannot start: \(error)")
            return .failed
        }
    }

    /// Nothing ends it but a signal, and a second one ends it at once.
    private func untilStopped() async {
        let signals = SignalWatch()
        let (stops, inlet) = AsyncStream<Void>.makeStream()
        signals.start(stop: { inlet.finish() }, hangup: {})
        for await _ in stops {}
        withExtendedLifetime(signals) {}
    }

    private func emulatorOptions() throws(UsageError) -> EmulatorOptions {
        let given = invocation.options
        var options = EmulatorOptions()
        options.port = UInt16(try given.integer("--port", in: 0...65_535) ?? 8080)
        options.storeDirectory = given["--store"]
        options.latency = Double(try given.integer("--latency", in: 0...3_600_000) ?? 0) / 1000
        options.rejectValue = given["--reject-value"]
        if let bytes = try given.integer("--max-body-bytes", in: 1...1 << 30) { options.maxBodyBytes = bytes }
        options.fetchesExternally = try Self.fetchesExternally(given)
        if let text = given["--rate-limit"] {
            guard let rate = RequestRate(parsing: text) else {
                throw UsageError("--rate-limit takes N/TIME, such as 50/10s, not \"\(text)\"")
            }
            options.rateLimit = (rate.count, rate.seconds)
        }
        if let keys = given["--accept-keys"] {
            let parts = keys.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { throw UsageError("--accept-keys takes API-KEY,BRAND-KEY") }
            options.acceptedAPIKeys = [parts[0]]
            options.acceptedBrandKeys = [parts[1]]
        }
        do throws(EmulatorError) {
            options.dialects = try Dialect.parse(given.all("--dialect").joined(separator: ","))
            options.faults = try FaultPlan(parsing: given.all("--fault").joined(separator: ","))
        } catch {
            throw UsageError(error.description, help: "see reconcile emulator --help")
        }
        if let percent = try given.integer("--fault-rate", in: 0...100) {
            options.faultRate = Double(percent) / 100
            options.faultSeed = UInt64(try given.integer("--fault-seed", in: 0...Int.max) ?? 1)
        } else if given.isGiven("--fault-seed") {
            throw UsageError("--fault-seed goes with --fault-rate")
        }
        return options
    }

    /// Whether `--external live` is given. Errors: `UsageError` for another word.
    static func fetchesExternally(_ options: ParsedOptions) throws(UsageError) -> Bool {
        switch options["--external"] {
        case nil, "off"?: return false
        case "live"?: return true
        case let other?: throw UsageError("--external takes off or live, not \"\(other)\"")
        }
    }

    /// Names with commas between, folded for a help text.
    private static func list(_ names: [String]) -> String {
        var lines: [String] = [""]
        for (index, name) in names.enumerated() {
            let piece = name + (index == names.count - 1 ? "" : ", ")
            if lines[lines.count - 1].count + piece.count > 100 { lines.append("") }
            lines[lines.count - 1] += piece
        }
        return lines.joined(separator: "\n          ")
    }
}
