import APIClient
import ManifestLoader
import ManifestWriter
import Model
import Platform
import Reconciler
import StateStore

/// `reconcile export [DIR]`: manifests for what the account holds.
struct ExportCommand {
    let invocation: Invocation
    let console: Console

    private var directory: ExportDirectory {
        ExportDirectory(path: invocation.directory, replaces: invocation.options.isGiven("--force"))
    }

    func run() async -> ExitStatus {
        let interruption = Interruption(
            console, "files that were listed are whole; run it again, with --force over those that are there")
        defer { withExtendedLifetime(interruption) {} }
        do throws(StepFailure) {
            let existing = try loadExisting()
            let owner = try owner(existing)
            let account = try await Account.open(
                Settings(invocation: invocation), time: SystemTime(), persists: false)
            let outcome: Result<ExitStatus, StepFailure>
            do throws(StepFailure) {
                outcome = .success(try await export(from: account.client, owner: owner, existing: existing))
            } catch {
                outcome = .failure(error)
            }
            await account.close()
            return try outcome.get()
        } catch {
            console.err("error: \(error.message)")
            if let help = error.help { console.err("    help: \(help)") }
            return error.status
        }
    }

    /// What the directory declares already. Errors: it is no directory, or what lies in it is invalid.
    private func loadExisting() throws(StepFailure) -> ExistingManifests {
        guard let status = try? FileStatus(of: invocation.directory) else {
            return ExistingManifests(DesiredState(connections: []), in: directory)
        }
        guard status.kind == .directory else {
            throw StepFailure(
                .invalid, "\(invocation.directory) is not a directory",
                help: "give the directory to write manifests into")
        }
        let loaded = ManifestLoader(directory: invocation.directory, secrets: nil).load()
        guard let desired = loaded.desired else {
            console.show(loaded.diagnostics)
            throw StepFailure(
                .invalid, "the manifests in \(invocation.directory) are invalid, so nobody can tell what they declare",
                help: "repair them first, or export into an empty directory")
        }
        return ExistingManifests(desired, in: directory)
    }

    private func owner(_ existing: ExistingManifests) throws(StepFailure) -> String {
        guard let owner = invocation.options["--owner"] else { return existing.policy.owner }
        guard MarkedDescription.isKey(owner) else {
            throw StepFailure(
                .invalid, "--owner \"\(owner)\" is not a valid name",
                help: "use 1 to 63 of a-z, 0-9, \".\", \"_\" and \"-\", beginning with a letter or a digit")
        }
        guard existing.isEmpty || owner == existing.policy.owner else {
            throw StepFailure(
                .invalid, "the manifests in \(invocation.directory) are those of owner \"\(existing.policy.owner)\"",
                help: "export the connections of \"\(owner)\" into a directory of their own")
        }
        return owner
    }

    private func export(
        from reader: any ConnectionReading, owner: String, existing: ExistingManifests
    ) async throws(StepFailure) -> ExitStatus {
        let only = invocation.options.all("--name")
        let account: ActualState
        do throws(APIError) {
            account = ActualState(connections: try await reader.listConnections())
        } catch {
            throw StepFailure(error)
        }
        var selection = ExportSelection(
            account, owner: owner, existing: existing, only: only, replaces: invocation.options.isGiven("--force"))
        if let name = selection.unknown.first {
            throw StepFailure(
                .failed, "there is no connection \"\(name)\"",
                help: "give a name in the account, a uuid, or a metadata.name")
        }
        let manifests = try await write(&selection, from: reader)
        let files = try save(manifests, owner: owner, existing: existing)
        for file in files { console.out(file.visible) }
        let written = try saveCredentials(manifests)
        let report = ExportReport(
            manifests: manifests, leftOut: selection.leftOut, directory: invocation.directory, written: written)
        console.out(report.summary)
        for line in report.advice { console.err(line.visible) }
        return report.hasFaults ? .failed : .done
    }

    /// Puts credentials into files that their owner alone can read; the names of those that were written.
    private func saveCredentials(_ manifests: [ExportedManifest]) throws(StepFailure) -> Set<String> {
        guard let directory = invocation.options["--write-credentials"] else { return [] }
        var written: Set<String> = []
        for note in manifests.flatMap(\.credentials) {
            guard let value = note.value else { continue }
            let path = "\(directory)/\(note.name)"
            if FileStatus.exists(path), !invocation.options.isGiven("--force") {
                throw StepFailure(
                    .failed, "\(path) would be overwritten", help: "move it away, or give --force")
            }
            do throws(StateError) {
                try PrivateFile.write(Array(value.reveal().utf8), to: path, makingDirectory: true)
            } catch {
                throw StepFailure(error)
            }
            written.insert(note.name)
        }
        return written
    }

    private func write(
        _ selection: inout ExportSelection, from reader: any ConnectionReading
    ) async throws(StepFailure) -> [ExportedManifest] {
        let references = try await AccountReader(reader: reader).references(of: selection.sources.map(\.actual.uuid))
        var manifests: [ExportedManifest] = []
        for var source in selection.sources {
            switch references[source.actual.uuid] {
            case .success(let found)?: source.actual.references = found
            case .failure(let failure)?: source.referencesProblem = failure.message
            case nil: break
            }
            do throws(ExportedManifest.Problem) {
                manifests.append(try ExportedManifest(source))
            } catch {
                selection.leave(source.actual, .fault("a manifest cannot say what it is: \(error.message)"))
            }
        }
        return manifests
    }

    /// Writes all files, or none where one of them may not be written over. Returns what was written.
    private func save(
        _ manifests: [ExportedManifest], owner: String, existing: ExistingManifests
    ) throws(StepFailure) -> [String] {
        var files = manifests.map { (name: "\($0.key).yaml", text: $0.text, title: "  \"\($0.name)\"") }
        if owner != existing.policy.owner, !files.isEmpty {
            let name = manifests.contains { $0.key == "policy" } ? "policy-of-owner.yaml" : "policy.yaml"
            files.append((name, ExportedPolicy.text(owner: owner), "  owner \(owner)"))
        }
        do throws(ExportDirectory.Problem) {
            for (manifest, file) in zip(manifests, files)
            where existing.count(in: directory.path(of: file.name), besides: manifest.key) > 0 {
                throw ExportDirectory.Problem(
                    message: "\(directory.path(of: file.name)) holds other manifests",
                    help: "move them into files of their own, or export into an empty directory")
            }
            try directory.check(files.map(\.name))
            for file in files { try directory.write(file.name, file.text) }
        } catch {
            throw StepFailure(.failed, error.message, help: error.help)
        }
        return files.map { directory.path(of: $0.name) + $0.title }
    }
}
