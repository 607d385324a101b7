import JSON
import ManifestLoader
import ManifestWriter
import Platform
import Reconciler

/// `reconcile init [DIR]`: a first manifest that works, so that there is something to change.
struct InitCommand {
    let invocation: Invocation
    let console: Console

    func run() throws(UsageError) -> ExitStatus {
        let workflow = try ci()
        let directory = ExportDirectory(path: invocation.directory, replaces: false)
        let root = ExportDirectory(path: ".", replaces: false)
        let files = [
            ("policy.yaml", InitFiles.policy(owner: owner)), ("customers.yaml", InitFiles.manifest),
            ("data/customers.csv", InitFiles.rows),
            ("manifest.schema.json", ManifestSchema.document.prettyText + "\n"),
        ]
        do throws(ExportDirectory.Problem) {
            // All or nothing: half a start is worse than none.
            try directory.check(files.map(\.0))
            if let workflow { try root.check([workflow.path]) }
            try makeDirectory(directory.path(of: "data"))
            for (name, text) in files {
                try directory.write(name, text)
                console.out("wrote \(directory.path(of: name))")
            }
            if let workflow {
                try makeDirectory(Path.parent(of: workflow.path))
                try root.write(workflow.path, workflow.text)
                console.out("wrote \(workflow.path)")
            }
        } catch {
            console.err("error: \(error.message)")
            console.err(
                "    help: "
                    + (error.message.hasSuffix("overwritten")
                        ? "init writes over nothing: name another directory, or move them away" : error.help))
            return .invalid
        }
        let argument = invocation.operands.isEmpty ? "" : " \(invocation.directory)"
        console.out("")
        console.out("next: reconcile plan\(argument) --emulator    what it would do, without an account")
        console.out("      reconcile plan\(argument)               the same with OPTIX_API_KEY and OPTIX_BRAND_KEY")
        return .done
    }

    /// The name of the directory that the repository is in, as an owner.
    private var owner: String {
        let name = (try? Path.resolve(".")).flatMap { $0.split(separator: "/").last.map(String.init) } ?? ""
        let plain = name.lowercased().map { ("a"..."z").contains($0) || ("0"..."9").contains($0) ? $0 : "-" }
        let trimmed = String(plain.drop { $0 == "-" }.prefix(40))
        return trimmed.isEmpty || !trimmed.utf8.allSatisfy({ $0 < 0x80 }) ? "my-team" : trimmed
    }

    private func ci() throws(UsageError) -> (path: String, text: String)? {
        switch invocation.options["--ci"] {
        case nil: return nil
        case "github": return (".github/workflows/reconcile.yml", InitFiles.github(directory: invocation.directory))
        case "gitlab": return (".gitlab-ci.yml", InitFiles.gitlab(directory: invocation.directory))
        case let other?: throw UsageError("--ci takes github or gitlab, not \"\(other)\"")
        }
    }

    private func makeDirectory(_ path: String) throws(ExportDirectory.Problem) {
        if path.isEmpty || path == "." { return }
        do throws(SystemError) { try Directory.create(path, permissions: 0o777) } catch {
            throw ExportDirectory.Problem(
                message: error.message, help: error.help(.writing, elsewhere: "give a directory that you may write to"))
        }
    }
}
