// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import FileTransfer
import Foundation
import LocalAPI
import TLS

extension LogUploadOrder {
    /// Sends the file where the backend wants it.
    /// - Parameters:
    ///   - trusts: Whom the server may be vouched for by.
    ///   - status: What the daemon knows of this backend; the daemon's own log belongs to the service manager.
    func carryOut(trusting trusts: [TLSTrust], _ status: BackendStatus) async -> LogReport {
        do throws(TransferFault) {
            let address = try TransferAddress(location)
            try await FileTransfer(trusting: trusts).upload(bytes(status), named: filename, to: address)
            return .uploaded(requestID: requestID)
        } catch {
            return .failed(requestID: requestID, LogReport.Failure(error), reason: "\(error)")
        }
    }

    private func bytes(_ status: BackendStatus) -> [UInt8] {
        switch content {
        case .file(let bytes): bytes
        case .diagnostics: (try? [UInt8](WireJSON.encode(status, pretty: true))) ?? []
        }
    }
}

extension LogReport.Failure {
    fileprivate init(_ fault: TransferFault) {
        self =
            switch fault {
            case .protocolUnsupported: .notSupportedOperation
            case .addressUnusable: .badMessage
            case .notLetIn: .permissionDenied
            case .unreachable, .notSecure, .status, .redirected, .tooLong, .cutOff, .notHTTP, .silent, .tooSlow,
                .fileFailed, .cancelled:
                .uploadFailure
            }
    }
}
