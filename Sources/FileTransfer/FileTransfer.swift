// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import NIOHTTP1
import TLS

package struct TransferBounds: Hashable, Sendable {
    /// The longest file that is received.
    package var most = 1 << 30
    /// The longest time in which nothing moves.
    package var silence = Duration.seconds(60)
    /// The longest time for all of it.
    package var total = Duration.seconds(3_600)
    /// For connecting and the TLS handshake.
    package var opening = Duration.seconds(30)

    package init() {}
}

/// Receives and sends one file at a time over HTTP/1.1, on a connection of its own. Redirections are not followed
/// (N01.FR.30).
/// FTP, SFTP and resuming are not supported.
package struct FileTransfer: Sendable {
    /// Whom a server may be vouched for by, in this order: the backend's own roots (N01.FR.15), then the system's
    /// (N01.FR.16).
    package var trusts: [TLSTrust]
    package var bounds: TransferBounds

    package init(trusting trusts: [TLSTrust] = [.system], bounds: TransferBounds = TransferBounds()) {
        self.trusts = trusts
        self.bounds = bounds
    }

    // MARK: Receiving

    /// Receives a file and puts it in its place once it is whole.
    /// - Parameter progress: Is told how many bytes have come.
    /// - Returns: How many there are.
    @discardableResult
    package func download(
        _ address: TransferAddress, to path: String, progress: @Sendable (Int) -> Void = { _ in }
    ) async throws(TransferFault) -> Int {
        try await trying { trust throws(TransferFault) in
            let file = try ReceivedFile(at: path)
            let exchange = HTTPExchange(address: address, trust: trust, bounds: bounds)
            try await exchange.run(Self.head(.GET, address), body: nil) { part throws(TransferFault) in
                switch part {
                case .head(let head):
                    try Self.check(head.status, address)
                    let length = head.headers.first(name: "Content-Length").flatMap { Int($0) }
                    guard length ?? 0 <= bounds.most else { throw .tooLong(address, most: bounds.most) }
                case .body(let piece):
                    guard file.count + piece.readableBytes <= bounds.most else {
                        throw .tooLong(address, most: bounds.most)
                    }
                    try file.append(piece)
                    progress(file.count)
                case .end: break
                }
            }
            try file.finish()
            return file.count
        }
    }

    // MARK: Sending

    /// Sends a file by PUT; to a server that takes none, by POST (N01.FR.18, N01.FR.19).
    package func upload(_ bytes: [UInt8], named name: String, to address: TransferAddress) async throws(TransferFault) {
        do {
            try await send(.PUT, bytes, name, address)
        } catch .status(_, 405), .status(_, 501) {
            try await send(.POST, bytes, name, address)
        }
    }

    private func send(
        _ method: HTTPMethod, _ bytes: [UInt8], _ name: String, _ address: TransferAddress
    ) async throws(TransferFault) {
        var head = Self.head(method, address)
        head.headers.add(name: "Content-Type", value: "application/octet-stream")
        head.headers.add(name: "Content-Length", value: "\(bytes.count)")
        if method == .POST {
            let value = "form-data; name=\"uploadedfile\"; filename=\"\(Self.quoted(name))\""
            head.headers.add(name: "Content-Disposition", value: value)
        }
        let request = head
        _ = try await trying { trust throws(TransferFault) in
            let exchange = HTTPExchange(address: address, trust: trust, bounds: bounds)
            try await exchange.run(request, body: ByteBuffer(bytes: bytes)) { part throws(TransferFault) in
                // What a server says besides its status is passed over.
                if case .head(let head) = part { try Self.check(head.status, address) }
            }
            return 0
        }
    }

    // MARK: Both

    /// With the next trust where the one before does not know the server.
    private func trying(
        _ attempt: (TLSTrust) async throws(TransferFault) -> Int
    ) async throws(TransferFault) -> Int {
        for trust in trusts.dropLast() {
            do {
                return try await attempt(trust)
            } catch {
                switch error {
                case .notSecure(.untrusted), .notSecure(.fileUnusable): continue
                case let other: throw other
                }
            }
        }
        return try await attempt(trusts.last ?? .system)
    }

    private static func head(_ method: HTTPMethod, _ address: TransferAddress) -> HTTPRequestHead {
        var headers = HTTPHeaders([("Host", address.authority), ("Connection", "close"), ("Accept", "*/*")])
        if let login = address.login {
            headers.add(name: "Authorization", value: "Basic " + Base64.text("\(login.name):\(login.password)"))
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: address.target, headers: headers)
    }

    private static func check(_ status: HTTPResponseStatus, _ address: TransferAddress) throws(TransferFault) {
        switch status.code {
        case 200, 201, 202, 204: return
        case 100..<200: return
        case 300..<400: throw .redirected(address, status: Int(status.code))
        case 401, 403: throw .notLetIn(address, status: Int(status.code))
        case let code: throw .status(address, status: Int(code))
        }
    }

    /// Nothing in a name may end the quotation it stands in.
    private static func quoted(_ name: String) -> String {
        String(
            name.unicodeScalars.filter { $0.isASCII && $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }.map(
                Character.init))
    }
}
