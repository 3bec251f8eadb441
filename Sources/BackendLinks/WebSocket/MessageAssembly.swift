// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import NIOWebSocket

/// Frames of a backend to messages (RFC 6455, section 5; RFC 7692): a value that owns what is unfinished, bounded by the
/// largest message. Control frames may come between fragments.
struct MessageAssembly {
    enum Received: Equatable {
        /// A fragment, or a pong.
        case part
        case text(String)
        case ping(ByteBuffer)
        /// 1005 where the frame holds no code.
        case close(code: UInt16, reason: String)
    }

    let limit: Int
    let inflater: Inflater?
    private var unfinished: (bytes: ByteBuffer, isCompressed: Bool)?

    init(limit: Int, inflater: Inflater?) {
        (self.limit, self.inflater) = (limit, inflater)
    }

    mutating func receive(_ frame: WebSocketFrame) throws(Misbehaviour) -> Received {
        guard frame.maskKey == nil else { throw .broke("a masked frame; a server does not mask") }
        guard !frame.rsv2, !frame.rsv3 else { throw .broke("reserved bits are set") }
        switch frame.opcode {
        case .text:
            guard unfinished == nil else { throw .broke("a new message before the end of the last") }
            guard !frame.rsv1 || inflater != nil else { throw .broke("a compressed message without agreement") }
            unfinished = (ByteBuffer(), frame.rsv1)
            return try append(frame)
        case .continuation:
            guard unfinished != nil else { throw .broke("a continuation of nothing") }
            guard !frame.rsv1 else { throw .broke("a continuation marked as compressed") }
            return try append(frame)
        case .binary: throw .notText
        case .ping, .pong, .connectionClose:
            guard !frame.rsv1 else { throw .broke("a compressed control frame") }
            return try control(frame)
        case let other: throw .broke("a frame of the unknown kind \(other)")
        }
    }

    private func control(_ frame: WebSocketFrame) throws(Misbehaviour) -> Received {
        switch frame.opcode {
        case .ping: .ping(frame.data)
        case .connectionClose: try close(frame.data)
        case _: .part
        }
    }

    private mutating func append(_ frame: WebSocketFrame) throws(Misbehaviour) -> Received {
        guard let (begun, isCompressed) = unfinished else { return .part }
        unfinished = nil
        var bytes = begun
        guard bytes.readableBytes + frame.data.readableBytes <= limit else { throw .tooBig(limit) }
        bytes.writeImmutableBuffer(frame.data)
        guard frame.fin else {
            unfinished = (bytes, isCompressed)
            return .part
        }
        if isCompressed, let inflater { bytes = try inflater.inflate(bytes, limit: limit) }
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else { throw .notUTF8 }
        return .text(text)
    }

    private func close(_ payload: ByteBuffer) throws(Misbehaviour) -> Received {
        var payload = payload
        guard payload.readableBytes > 0 else { return .close(code: 1005, reason: "") }
        guard let code: UInt16 = payload.readInteger() else { throw .broke("a close frame of one byte") }
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        case _: throw .broke("a close frame with the code \(code), which must not be sent")
        }
        guard let reason = String(validating: payload.readableBytesView, as: UTF8.self) else { throw .notUTF8 }
        return .close(code: code, reason: reason)
    }
}
