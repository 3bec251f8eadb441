// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP21

/// A call as it lies on disk: its action and its payload, as on the wire of OCPP 2.1.
package enum StoredCall {
    package static func bytes(_ request: CSMSRequest) -> [UInt8] {
        var writer = PayloadWriter()
        request.write(to: &writer)
        return Array(request.action.word.utf8) + [UInt8(ascii: " ")] + writer.bytes
    }

    /// - Returns: Nil for what no version of this program has written.
    package static func request(_ bytes: [UInt8]) -> CSMSRequest? {
        guard let space = bytes.firstIndex(of: UInt8(ascii: " ")),
            let action = CSMSRequest.Action(word: String(decoding: bytes[..<space], as: UTF8.self))
        else { return nil }
        var reader = PayloadReader(bytes, version: .v21, from: space + 1)
        return try? CSMSRequest.read(action, from: &reader)
    }

    /// Whether it may be removed when there is no room.
    package static func isThinnable(_ request: CSMSRequest) -> Bool {
        guard case .transactionEvent(let event) = request else { return false }
        return Thinning.mayDrop(event)
    }
}
