// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import FileTransfer
import OCPP

extension LogReport.Failure {
    /// In the words of LogStatusNotification (N01.FR.10).
    package init(_ fault: TransferFault) {
        switch fault {
        case .protocolUnsupported, .status(_, 405), .status(_, 501): self = .notSupportedOperation
        case .notLetIn: self = .permissionDenied
        case .addressUnusable, .status(_, 400), .status(_, 422): self = .badMessage
        case .unreachable, .notSecure, .status, .redirected, .tooLong, .cutOff, .notHTTP, .silent, .tooSlow,
            .fileFailed,
            .cancelled:
            self = .uploadFailure
        }
    }
}

/// Uploads of logs (N01). Whoever carries an order out in a task of its own cancels it by cancelling that task.
package struct LogUploader: Sendable {
    package let transfer: FileTransfer
    /// Collects what was logged between two times, in milliseconds since 1970; nil is without end.
    package let diagnostics: @Sendable (_ from: Int64?, _ until: Int64?) async -> [UInt8]

    package init(
        _ transfer: FileTransfer, diagnostics: @escaping @Sendable (_ from: Int64?, _ until: Int64?) async -> [UInt8]
    ) {
        self.transfer = transfer
        self.diagnostics = diagnostics
    }

    package func carryOut(_ order: LogUploadOrder) async -> LogReport {
        do throws(TransferFault) {
            let address = try TransferAddress(order.location)
            let bytes: [UInt8]
            switch order.content {
            case .file(let file): bytes = file
            case .diagnostics(let from, let until):
                bytes = await diagnostics(from?.time.milliseconds, until?.time.milliseconds)
            }
            try await transfer.upload(bytes, named: order.filename, to: address)
            return .uploaded(requestID: order.requestID)
        } catch {
            return .failed(requestID: order.requestID, LogReport.Failure(error), reason: "\(error)")
        }
    }
}
