import Glibc

/// Follows what libcurl hands to Foundation, for two things that Foundation does not.
///
/// A connection that is closed cleanly in the middle of an answer's head is a success to libcurl, and ends the process in
/// Foundation: here it becomes a failed transfer. And a body is held to a size after decompression, where 2 MB can
/// become gigabytes before anybody else is asked.
final class TransferWatch: Sendable {
    static let shared = TransferWatch()

    /// Bytes of a body, decompressed, after which its transfer is ended: somewhat more than the longest that anybody
    /// here takes, so that it is seen to be too long.
    static let maxBodyBytes = 65 << 20

    fileprivate struct Transfer {
        var hasHead = false
        /// Whether the head that is under way belongs to a 1xx.
        var isInterim = false
        var bodyBytes = 0
        /// What Foundation gets with each line and each piece.
        var headerOwner: UInt = 0
        var bodyOwner: UInt = 0
    }

    private struct Watched: @unchecked Sendable {
        var transfers: [OpaquePointer: Transfer] = [:]
        var easyOfHeaderOwner: [UInt: OpaquePointer] = [:]
        var easyOfBodyOwner: [UInt: OpaquePointer] = [:]
        var receiveLine: Library.Receive?
        var receivePiece: Library.Receive?
    }

    private let watched = Locked(Watched())

    func begin(_ easy: OpaquePointer) {
        watched.withLock { $0.transfers[easy] = Transfer() }
    }

    func forget(_ easy: OpaquePointer) {
        watched.withLock { watched in
            guard let transfer = watched.transfers.removeValue(forKey: easy) else { return }
            if watched.easyOfHeaderOwner[transfer.headerOwner] == easy {
                watched.easyOfHeaderOwner[transfer.headerOwner] = nil
            }
            if watched.easyOfBodyOwner[transfer.bodyOwner] == easy {
                watched.easyOfBodyOwner[transfer.bodyOwner] = nil
            }
        }
    }

    /// A handle can carry several transfers, one after another.
    func restart(_ easy: OpaquePointer) {
        watched.withLock { watched in
            watched.transfers[easy]?.hasHead = false
            watched.transfers[easy]?.isInterim = false
            watched.transfers[easy]?.bodyBytes = 0
        }
    }

    /// The value that libcurl gets in place of the one that Foundation sets.
    func replacing(_ option: CInt, _ value: UInt, of easy: OpaquePointer) -> UInt {
        watched.withLock { watched in
            switch option {
            case Library.Option.headerData:
                watched.transfers[easy]?.headerOwner = value
                watched.easyOfHeaderOwner[value] = easy
            case Library.Option.writeData:
                watched.transfers[easy]?.bodyOwner = value
                watched.easyOfBodyOwner[value] = easy
            case Library.Option.headerFunction where value != 0:
                watched.receiveLine = unsafeBitCast(value, to: Library.Receive.self)
                let ours: Library.Receive = { TransferWatch.shared.receiveLine($0, $1, $2, $3) }
                return unsafeBitCast(ours, to: UInt.self)
            case Library.Option.writeFunction where value != 0:
                watched.receivePiece = unsafeBitCast(value, to: Library.Receive.self)
                let ours: Library.Receive = { TransferWatch.shared.receivePiece($0, $1, $2, $3) }
                return unsafeBitCast(ours, to: UInt.self)
            default: break
            }
            return value
        }
    }

    private func receiveLine(
        _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ owner: UnsafeMutableRawPointer?
    ) -> Int {
        let line = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : size * count)
        let receive = watched.withLock { watched in
            if let easy = watched.easyOfHeaderOwner[UInt(bitPattern: owner)] {
                watched.transfers[easy]?.note(line: line)
            }
            return watched.receiveLine
        }
        return receive?(bytes, size, count, owner) ?? 0
    }

    private func receivePiece(
        _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ owner: UnsafeMutableRawPointer?
    ) -> Int {
        let (receive, isTooLong) = watched.withLock { watched in
            guard let easy = watched.easyOfBodyOwner[UInt(bitPattern: owner)] else {
                return (watched.receivePiece, false)
            }
            let total = (watched.transfers[easy]?.bodyBytes ?? 0) + size * count
            watched.transfers[easy]?.bodyBytes = total
            return (watched.receivePiece, total > Self.maxBodyBytes)
        }
        // Taking nothing ends the transfer with an error.
        return isTooLong ? 0 : receive?(bytes, size, count, owner) ?? 0
    }

    /// Makes a failure of a success without a whole head. `message` is a `CURLMsg`: a kind, a handle, a result.
    func correct(_ message: UnsafeMutableRawPointer) {
        let isDone = message.load(as: CInt.self) == 1
        let resultPlace = message + 16
        let isSuccess = resultPlace.load(as: CInt.self) == 0
        guard isDone, isSuccess, let easy = message.load(fromByteOffset: 8, as: OpaquePointer?.self) else { return }
        let lacksHead = watched.withLock { $0.transfers[easy]?.hasHead == false }
        let failedReceiving: CInt = 56
        if lacksHead { resultPlace.storeBytes(of: failedReceiving, as: CInt.self) }
    }
}

extension TransferWatch.Transfer {
    fileprivate mutating func note(line: UnsafeRawBufferPointer) {
        if line.starts(with: "HTTP/".utf8) {
            let status = line.drop { $0 != 0x20 }.drop { $0 == 0x20 }.prefix(3)
            isInterim = status.first == UInt8(ascii: "1") && !status.elementsEqual("101".utf8)
        } else if line.allSatisfy({ $0 == 0x0D || $0 == 0x0A }), !isInterim {
            hasHead = true
        }
    }
}
