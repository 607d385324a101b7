import Foundation
import JSON
import ManifestLoader
import Platform
import Reconciler

/// The program: arguments in, one command run, an exit status out.
@main
struct Reconcile {
    static let version = "0.1.0"
    /// Name and version, as they stand in documents.
    static let tool = "reconcile \(version)"

    static func main() async {
        // First of all: a file of ours that took one of their numbers would get what is printed.
        StandardStream.openMissing()
        // A reader that goes away (`reconcile | head`) is an ordinary end of output, not a reason to die half way.
        Signal.brokenPipe.ignore()
        let arguments = Array(CommandLine.arguments.dropFirst())
        // What one thread lets go another can use, and what is free at the top can be given back to the system. Before
        // there is a second thread, for a heap that it got stays its own.
        if arguments.first == "daemon" { Memory.shareOneHeap() }
        let console = Console(
            environment: ProcessInfo.processInfo.environment, isPatient: arguments.first != "daemon")
        // Swift reads them from /proc: where that is missing, a dry run would look like a pass.
        if CommandLine.arguments.isEmpty {
            console.err("error: the command line cannot be read, for /proc is not there")
            console.err("    help: mount /proc where reconcile runs")
            exit(console.finish(.failed).rawValue)
        }
        let status = await run(arguments, console: console)
        exit(console.finish(status).rawValue)
    }

    private static func run(_ arguments: [String], console: Console) async -> ExitStatus {
        do throws(UsageError) {
            let invocation = try Invocation(arguments, environment: ProcessInfo.processInfo.environment)
            switch invocation.command {
            case .help(let topic): console.out(Help.text(for: topic))
            case .manPage: console.out(ManPage.text)
            case .version: console.out("reconcile \(version)")
            case .reconcile: return try await ReconcileCommand(invocation: invocation, console: console).run()
            case .validate: return try await ValidateCommand(invocation: invocation, console: console).run()
            case .daemon: return try await DaemonCommand(invocation: invocation, console: console).run()
            case .status: return try StatusCommand(invocation: invocation, console: console).run()
            case .emulator: return try await EmulatorCommand(invocation: invocation, console: console).run()
            case .export: return await ExportCommand(invocation: invocation, console: console).run()
            case .manifestSchema: console.out(ManifestSchema.document.prettyText)
            case .apply: return try await ApplyCommand(invocation: invocation, console: console).run()
            case .schema: return try await SchemaCommand(invocation: invocation, console: console).run()
            case .emarsys: return try await EmarsysCommand(invocation: invocation, console: console).run()
            case .check: return try await CheckCommand(invocation: invocation, console: console).run()
            case .doctor: return try await DoctorCommand(invocation: invocation, console: console).run()
            case .profile: return try await ProfileCommand(invocation: invocation, console: console).run()
            case .`init`: return try InitCommand(invocation: invocation, console: console).run()
            case .completions:
                if let shell = Completions.Shell(rawValue: invocation.operands[0]) {
                    console.out(Completions.text(for: shell))
                }
            case .query: return await QueryCommand(invocation: invocation, console: console).run()
            }
            return .done
        } catch {
            console.err("error: \(error.message)")
            console.err("    help: \(error.help)")
            return .invalid
        }
    }
}
