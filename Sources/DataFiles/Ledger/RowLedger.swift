import Model
import Platform

/// The ledger of one connection: for each row uploaded the digest of its key and of its content, and what became of
/// it. A file beside the state, readable by its owner alone.
///
/// How a pass uses it:
/// 1. `open` it with what the marker says (or, while a batch is interrupted, with what the marker said before the
///    batch began, which state remembers). Anything but `.valid` means a full upload, and says why.
/// 2. `DataSurveyor.survey(_:limits:temporaryDirectory:against:…)` gives counts, and the rows to send as a
///    `RowSelection`; `RowChunkReader` reads those. After a kill the same ledger and files give the same requests.
/// 3. After the upload `RemovedKeys` gives the keys to delete.
/// 4. When the service and the marker are done, `write` puts the next ledger in place of this one. A process that dies
///    before leaves a ledger that no longer fits the marker: all rows are sent once more, none is lost.
package enum RowLedger {
    /// Opens the ledger of what is expected.
    ///
    /// Reads all of it once to see that no byte is damaged; with `verifyingBody: false` the head and the length alone,
    /// in the same time at any size, for a look at `counts` or whether there is one.
    package static func open(
        path: String, expecting expected: LedgerIdentity, verifyingBody: Bool = true
    ) -> LedgerOpening {
        do throws(SystemError) {
            return open(try Descriptor(path, .reading), expecting: expected, verifyingBody: verifyingBody)
        } catch {
            return error.isMissing ? .absent : .damaged("the row ledger cannot be opened: \(error.cause)")
        }
    }

    private static func open(
        _ descriptor: consuming Descriptor, expecting expected: LedgerIdentity, verifyingBody: Bool
    ) -> LedgerOpening {
        guard let status = try? descriptor.status() else { return .damaged(damageReason) }
        guard status.kind == .regular else { return .damaged("the row ledger is not a regular file") }
        guard status.isOursAlone else { return .damaged("another user may have written the row ledger") }
        do throws(LedgerFault) {
            let (header, bodyStart) = try head(of: descriptor)
            guard status.size == bodyStart + header.bodyBytes else { throw .damaged }
            let ledger = LedgerReader(
                path: descriptor.path, descriptor: descriptor, header: header, bodyStart: bodyStart)
            if let mismatch = header.identity.mismatch(with: expected) {
                let isMemory =
                    header.identity.remembersKeys(of: expected)
                    && (!verifyingBody || (try? ledger.verifyBody()) == true)
                return .mismatch(mismatch, isMemory ? ledger : nil)
            }
            if verifyingBody, (try? ledger.verifyBody()) != true { return .damaged(damageReason) }
            return .valid(ledger)
        } catch {
            return error == .damaged
                ? .damaged(damageReason)
                : .mismatch("the row ledger was written by another version of this program", nil)
        }
    }

    private static let damageReason = "the row ledger is damaged"

    private static func head(
        of descriptor: borrowing Descriptor
    ) throws(LedgerFault) -> (header: LedgerHeader, end: Int) {
        // What cannot be read is as good as what is not there.
        let preamble = (try? descriptor.bytes(at: 0, count: LedgerHeader.preambleCount)) ?? []
        let fields = try LedgerHeader.fieldCount(preamble: preamble).get()
        let rest = (try? descriptor.bytes(at: preamble.count, count: fields)) ?? []
        guard rest.count == fields, let header = LedgerHeader.read(preamble + rest) else { throw .damaged }
        return (header, preamble.count + fields)
    }
}

/// What opening a ledger came to.
package enum LedgerOpening: Sendable {
    case valid(LedgerReader)
    /// There is none.
    case absent
    /// It is whole and does not say what is at the service now. The reader, where it is of the same connection and
    /// primary key, still knows rows that were uploaded once: those to delete where they left the files.
    case mismatch(String, LedgerReader?)
    /// It cannot be read or trusted.
    case damaged(String)

    /// The ledger, where it counts.
    package var ledger: LedgerReader? {
        if case .valid(let ledger) = self { ledger } else { nil }
    }

    /// Why all rows are sent, as a phrase for the plan; nil where the ledger counts.
    package var reasonForFullUpload: String? {
        switch self {
        case .valid: nil
        case .absent: "there is no row ledger"
        case .mismatch(let reason, _), .damaged(let reason): reason
        }
    }
}
