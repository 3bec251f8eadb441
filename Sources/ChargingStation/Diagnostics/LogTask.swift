// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// A file that is to be uploaded.
package struct LogUploadOrder: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        /// The log of the daemon between two times; the host collects it.
        case diagnostics(from: DateTime?, until: DateTime?)
        case file([UInt8])
    }
    package var requestID: Int
    package var content: Content
    /// As the answer to GetLog names it.
    package var filename: String
    /// Where to; the file's name is part of it (N01.FR.21).
    package var location: String
}

package enum LogTask: Equatable, Sendable {
    case upload(LogUploadOrder)
    case cancel(requestID: Int)
}

package enum LogReport: Equatable, Sendable {
    package enum Failure: String, Equatable, Sendable {
        case badMessage, permissionDenied, notSupportedOperation, uploadFailure
    }
    case uploaded(requestID: Int)
    case failed(requestID: Int, Failure, reason: String)
}
