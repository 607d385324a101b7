import Glibc

// URLSession on Linux drives libcurl, which is a library of its own in each build. What Foundation calls there comes by
// here first: functions of the program are found before those of its libraries. Each mend is one function that passes on
// what it is given; where Foundation stops calling one, nothing but that mend is lost.

/// The functions themselves, behind ours.
enum Library {
    typealias Init = @convention(c) () -> OpaquePointer?
    typealias Cleanup = @convention(c) (OpaquePointer?) -> Void
    /// All options are one machine word wide in a register, whatever their type.
    typealias SetOption = @convention(c) (OpaquePointer?, CInt, UInt) -> CInt
    typealias AddHandle = @convention(c) (OpaquePointer?, OpaquePointer?) -> CInt
    typealias ReadInfo = @convention(c) (OpaquePointer?, UnsafeMutablePointer<CInt>?) -> UnsafeMutableRawPointer?
    typealias SocketAction = @convention(c) (OpaquePointer?, CInt, CInt, UnsafeMutablePointer<CInt>?) -> CInt
    typealias WaitForEvents = @convention(c) (CInt, UnsafeMutableRawPointer?, CInt, CInt) -> CInt
    typealias GetPart =
        @convention(c) (
            OpaquePointer?, CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, UInt32
        ) -> CInt
    /// Of header lines and of pieces of a body alike: bytes, 1, their count, and what the owner set.
    typealias Receive = @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int

    static let initialize = unsafeBitCast(symbol("curl_easy_init"), to: Init.self)
    static let cleanUp = unsafeBitCast(symbol("curl_easy_cleanup"), to: Cleanup.self)
    static let setOption = unsafeBitCast(symbol("curl_easy_setopt"), to: SetOption.self)
    static let addHandle = unsafeBitCast(symbol("curl_multi_add_handle"), to: AddHandle.self)
    static let readInfo = unsafeBitCast(symbol("curl_multi_info_read"), to: ReadInfo.self)
    static let socketAction = unsafeBitCast(symbol("curl_multi_socket_action"), to: SocketAction.self)
    /// Of Glibc.
    static let waitForEvents = unsafeBitCast(symbol("epoll_wait"), to: WaitForEvents.self)
    static let getPart = unsafeBitCast(symbol("curl_url_get"), to: GetPart.self)

    /// Numbers of libcurl's interface, which never change.
    enum Option {
        static let httpHeader: CInt = 10_023
        static let headerData: CInt = 10_029
        static let caFile: CInt = 10_065
        static let caDirectory: CInt = 10_097
        static let writeData: CInt = 10_001
        static let writeFunction: CInt = 20_011
        static let headerFunction: CInt = 20_079
        static let freshConnect: CInt = 74
        static let forbidReuse: CInt = 75
        static let suppressConnectHeaders: CInt = 265
    }

    /// The next function of that name after the program's own.
    private static func symbol(_ name: String) -> UnsafeMutableRawPointer {
        let next = UnsafeMutableRawPointer(bitPattern: -1)
        guard let found = dlsym(next, name) else { fatalError("no library has \(name)") }
        return found
    }
}

@_cdecl("curl_easy_init")
func makeTransfer() -> OpaquePointer? {
    guard let easy = Library.initialize() else { return nil }
    TrustedAuthorities.apply(to: easy)
    // A proxy's answer to CONNECT is the proxy's: it becomes an error that says so.
    _ = Library.setOption(easy, Library.Option.suppressConnectHeaders, 1)
    TransferWatch.shared.begin(easy)
    return easy
}

@_cdecl("curl_easy_cleanup")
func endTransfer(_ easy: OpaquePointer?) {
    if let easy { TransferWatch.shared.forget(easy) }
    Library.cleanUp(easy)
}

@_cdecl("curl_easy_setopt")
func setTransferOption(_ easy: OpaquePointer?, _ option: CInt, _ value: UInt) -> CInt {
    guard let easy else { return Library.setOption(easy, option, value) }
    if option == Library.Option.httpHeader { OwnConnection.apply(headers: value, to: easy) }
    return Library.setOption(easy, option, TransferWatch.shared.replacing(option, value, of: easy))
}

@_cdecl("curl_multi_add_handle")
func startTransfer(_ multi: OpaquePointer?, _ easy: OpaquePointer?) -> CInt {
    if let easy { TransferWatch.shared.restart(easy) }
    return Library.addHandle(multi, easy)
}

@_cdecl("curl_multi_info_read")
func readTransferInfo(_ multi: OpaquePointer?, _ count: UnsafeMutablePointer<CInt>?) -> UnsafeMutableRawPointer? {
    guard let message = Library.readInfo(multi, count) else { return nil }
    TransferWatch.shared.correct(message)
    return message
}

@_cdecl("curl_multi_socket_action")
func actOnSocket(
    _ multi: OpaquePointer?, _ socket: CInt, _ events: CInt, _ running: UnsafeMutablePointer<CInt>?
) -> CInt {
    SocketPatience.shared.note(socket)
    return Library.socketAction(multi, socket, events, running)
}

/// Foundation compares the host that it reads in a URL with the one that libcurl reads, and only libcurl keeps the
/// brackets of an IPv6 address.
@_cdecl("curl_url_get")
func getURLPart(
    _ url: OpaquePointer?, _ part: CInt, _ text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ flags: UInt32
) -> CInt {
    let status = Library.getPart(url, part, text, flags)
    let host: CInt = 5
    guard status == 0, part == host, let start = text?.pointee else { return status }
    let length = strlen(start)
    let isBracketed =
        length > 2 && start[0] == CChar(UInt8(ascii: "[")) && start[length - 1] == CChar(UInt8(ascii: "]"))
    guard isBracketed else { return status }
    memmove(start, start + 1, length - 2)
    start[length - 2] = 0
    return status
}
