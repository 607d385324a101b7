import Reconciler

struct DoctorCommand {
    let invocation: Invocation
    let console: Console
    func run() async throws(UsageError) -> ExitStatus { .done }
}
