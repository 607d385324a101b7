import Foundation
import Model
import Testing

/// A batch in the journal, also as versions before wrote it.
@Suite struct AppliedBatchTests {
    private static let members =
        #""uuid":"b","digest":"d","began":1,"touched":2,"maxRows":5000,"maxBytes":9,"confirmed":[],"rejected":0"#

    private static func batch(_ more: String) throws -> AppliedBatch {
        try JSONDecoder().decode(AppliedBatch.self, from: Data("{\(members),\(more)}".utf8))
    }

    @Test func journalsOfBeforeAreRead() throws {
        #expect(try Self.batch(#""completing":false"#).phase == .sending)
        #expect(try Self.batch(#""completing":true"#).phase == .completing)
        #expect(try Self.batch(#""completing":false,"isDeleting":true,"isDelta":true"#).phase == .deleting)
        #expect(try Self.batch(#""completing":false,"isDelta":true,"rejectedRows":[3]"#).rejectedRows == [3])
    }

    @Test(arguments: [AppliedBatch.Phase.sending, .completing, .deleting])
    func whatWasWrittenIsRead(_ phase: AppliedBatch.Phase) throws {
        let batch = AppliedBatch(
            uuid: "b", digest: "d", began: 1, touched: 2, maxRows: 3, maxBytes: 4, phase: phase,
            base: DataStamp(version: 1, digest: "x", at: 5), rejectedRows: [1, 2], isDelta: true, sequence: "s/3")
        #expect(try JSONDecoder().decode(AppliedBatch.self, from: JSONEncoder().encode(batch)) == batch)
    }

    @Test func onlyWhatIsBeyondDoubtGoesOn() {
        func goesOn(_ change: (inout AppliedBatch) -> Void, now: Int = 100, known: DataStamp? = nil) -> Bool {
            var batch = AppliedBatch(
                uuid: "b", digest: "d", began: 1, touched: 50, maxRows: 3, maxBytes: 4, sequence: "s")
            change(&batch)
            var applied = AppliedConnection(uuid: "u", name: "n", primaryKey: "id")
            applied.batch = batch
            return InterruptedBatch(applied, known: known, maxRows: 3, maxBytes: 4, now: now)?
                .goesOn(digest: "d", isDelta: false, sequence: "s") ?? false
        }
        #expect(goesOn { _ in })
        #expect(
            goesOn {
                $0.phase = .deleting; $0.sequence = nil
            })
        #expect(!goesOn { $0.phase = .completing })
        #expect(!goesOn { $0.digest = "e" })
        #expect(!goesOn { $0.isDelta = true })
        #expect(!goesOn { $0.sequence = "t" })
        #expect(!goesOn { $0.sequence = nil })
        #expect(!goesOn { $0.maxRows = 2 })
        #expect(!goesOn({ _ in }, now: 50 + InterruptedBatch.window + 1))
        #expect(!goesOn({ _ in }, now: 49), "the clock was ahead when it was written")
        #expect(!goesOn({ _ in }, known: DataStamp(version: 1, digest: "d", at: 1)))
    }
}
