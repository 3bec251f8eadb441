// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CZlib
import NIOCore

/// What the two sides agreed on for permessage-deflate (RFC 7692).
struct DeflateAgreement: Equatable {
    /// We compress each message on its own.
    var resetsOurs = false
    /// The backend compresses each message on its own.
    var resetsTheirs = false
    /// The window our compressor may use, 9 to 15; `nil` means that we must send uncompressed: zlib cannot do 8.
    var ourWindow: Int32? = 15
    /// The window the backend's compressor uses at most.
    var theirWindow: Int32 = 15

    static let offer = "permessage-deflate; client_max_window_bits"

    /// Reads the backend's answer to `offer`.
    /// - Returns: `nil` if it wants no extension.
    static func answered(_ headers: [String]) throws(ExtensionFault) -> DeflateAgreement? {
        let answer = headers.joined(separator: ",").trimmed
        guard !answer.isEmpty else { return nil }
        guard !answer.contains(",") else { throw ExtensionFault(words: "more than one: “\(answer)”") }
        var parts = answer.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimmed }
        guard parts.removeFirst() == "permessage-deflate" else { throw ExtensionFault(words: "“\(answer)”") }
        var agreement = DeflateAgreement()
        var seen: Set<String> = []
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            let name = pair.first ?? ""
            guard seen.insert(name).inserted, try agreement.take(name, pair.count > 1 ? pair[1] : nil) else {
                throw ExtensionFault(words: "permessage-deflate with “\(part)”")
            }
        }
        return agreement
    }

    private mutating func take(_ name: String, _ value: String?) throws(ExtensionFault) -> Bool {
        switch (name, value) {
        case ("server_no_context_takeover", nil): resetsTheirs = true
        case ("client_no_context_takeover", nil): resetsOurs = true
        case ("server_max_window_bits", let bits?):
            // zlib inflates a window of 8 as one of 9.
            guard let window = Self.window(bits) else { return false }
            theirWindow = max(window, 9)
        case ("client_max_window_bits", let bits?):
            guard let window = Self.window(bits) else { return false }
            ourWindow = window == 8 ? nil : window
        case (_, _): return false
        }
        return true
    }

    private static func window(_ text: String) -> Int32? {
        // RFC 7692 lets a value stand in quotes.
        let isQuoted = text.count > 2 && text.first == "\"" && text.last == "\""
        guard let bits = Int32(isQuoted ? String(text.dropFirst().dropLast()) : text), (8...15).contains(bits) else {
            return nil
        }
        return bits
    }
}

/// An answer to the offered extensions that was not offered.
struct ExtensionFault: Error, Equatable { let words: String }

extension StringProtocol {
    /// Without spaces and tabs at both ends.
    var trimmed: String {
        var rest = self[...]
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}

/// The four bytes that end a flushed message and are not sent (RFC 7692, 7.2.1).
private let tail: [UInt8] = [0x00, 0x00, 0xff, 0xff]
private let step = 16_384

/// Compresses messages one after another.
final class Deflater {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let resets: Bool

    init?(window: Int32, resets: Bool) {
        self.resets = resets
        stream.initialize(to: z_stream())
        // A stream that was never set up may be ended all the same; zlib then says so.
        guard zlib_deflate_init(stream, window) == Z_OK else { return nil }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// - Returns: `nil` if zlib fails; the message may then go uncompressed, and so must all after it.
    func compress(_ message: ByteBuffer) -> ByteBuffer? {
        var input = Array(message.readableBytesView)
        var output = ByteBuffer()
        let isDone = input.withUnsafeMutableBufferPointer { bytes in
            stream.pointee.next_in = bytes.baseAddress
            stream.pointee.avail_in = UInt32(bytes.count)
            while true {
                let result = output.writeStep(of: stream) { deflate($0, Z_SYNC_FLUSH) }
                guard result != Z_STREAM_ERROR else { return false }
                // Room left over means that all is flushed.
                if stream.pointee.avail_out > 0 { return stream.pointee.avail_in == 0 }
            }
        }
        guard isDone, output.readableBytes >= tail.count else { return nil }
        output.moveWriterIndex(to: output.writerIndex - tail.count)
        if resets { deflateReset(stream) }
        return output
    }
}

/// Inflates messages one after another, each up to a bound.
final class Inflater {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let resets: Bool

    init?(window: Int32, resets: Bool) {
        self.resets = resets
        stream.initialize(to: z_stream())
        guard zlib_inflate_init(stream, window) == Z_OK else { return nil }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Stops as soon as there is more than `limit`, however little came in.
    func inflate(_ message: ByteBuffer, limit: Int) throws(Misbehaviour) -> ByteBuffer {
        var input = Array(message.readableBytesView) + tail
        var output = ByteBuffer()
        let fault: Misbehaviour? = input.withUnsafeMutableBufferPointer { bytes in
            stream.pointee.next_in = bytes.baseAddress
            stream.pointee.avail_in = UInt32(bytes.count)
            while true {
                let result = output.writeStep(of: stream) { CZlib.inflate($0, Z_SYNC_FLUSH) }
                if output.readableBytes > limit { return .tooBig(limit) }
                switch result {
                case Z_OK: break
                case Z_STREAM_END: inflateReset(stream)
                // No more input and room left: all is out.
                case Z_BUF_ERROR:
                    return stream.pointee.avail_in == 0 ? nil : .broke("compressed data that does not end")
                case _: return .broke("data that cannot be inflated")
                }
                if stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 { return nil }
            }
        }
        if let fault { throw fault }
        if resets { inflateReset(stream) }
        return output
    }
}

extension ByteBuffer {
    /// Lets zlib write up to one step more.
    fileprivate mutating func writeStep(
        of stream: UnsafeMutablePointer<z_stream>, _ work: (UnsafeMutablePointer<z_stream>) -> Int32
    ) -> Int32 {
        var result = Z_OK
        writeWithUnsafeMutableBytes(minimumWritableBytes: step) { room in
            stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(step)
            result = work(stream)
            return step - Int(stream.pointee.avail_out)
        }
        return result
    }
}
