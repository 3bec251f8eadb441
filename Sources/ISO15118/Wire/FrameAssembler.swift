// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Cuts the bytes of a connection into frames. It never looks for a frame inside what it does not understand: after an
/// error it answers everything with that error.
public struct FrameAssembler: Sendable {
    /// Longer than any message of the schemas with certificate chains of usual size, short enough for a hostile peer.
    public static let usualCap = 64 * 1024

    /// Most bytes of a payload.
    public let cap: Int
    private var buffer: [UInt8] = []
    private var failure: V2GTPError?

    public init(cap: Int = FrameAssembler.usualCap) { self.cap = cap }

    /// Bytes held back until their frame is complete.
    public var pending: Int { buffer.count }

    public mutating func append(_ bytes: [UInt8]) {
        if failure == nil { buffer += bytes }
    }

    /// - Returns: The next complete frame, or nil when more bytes are needed.
    public mutating func next() throws(V2GTPError) -> V2GTPFrame? {
        if let failure { throw failure }
        guard buffer.count >= V2GTPFrame.headerLength else { return nil }
        do throws(V2GTPError) {
            let header = try V2GTPHeader(buffer[...], atMost: cap)
            let end = V2GTPFrame.headerLength + header.length
            guard buffer.count >= end else { return nil }
            let payload = Array(buffer[V2GTPFrame.headerLength..<end])
            buffer.removeFirst(end)
            return V2GTPFrame(type: header.type, payload: payload)
        } catch {
            failure = error
            buffer = []
            throw error
        }
    }
}
