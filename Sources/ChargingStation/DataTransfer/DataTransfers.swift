// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Whether vendors' messages are understood at all.
enum CustomizationVariables {
    static func enabled(_ vendor: String) -> VariableKey {
        VariableKey("CustomizationCtrlr", "CustomImplementationEnabled", instance: vendor)
    }

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        setup.vendorMessages.keys.sorted().map {
            VariableDefinition(enabled($0), .boolean, .readWrite, standard: "true")
        }
    }
}

/// Data transfers that wait for the host (block P).
struct DataTransfers: Equatable, Sendable {
    /// At a time; more are rejected.
    static let most = 16
    var waiting: [MessageID] = []
}

extension Station {
    mutating func answer(_ request: DataTransferRequest, _ id: MessageID) {
        if let status = refusal(of: request) { return emit(.answer(id, .dataTransfer(.init(status: status)))) }
        guard transfers.waiting.count < DataTransfers.most else {
            return emit(.answer(id, .dataTransfer(.init(status: .rejected))))
        }
        transfers.waiting.append(id)
        emit(.host(.dataTransfer(reply: id, request)))
    }

    /// Nil if a host is there that understands it.
    private func refusal(of request: DataTransferRequest) -> DataTransferStatusEnumType? {
        guard let messages = setup.vendorMessages[request.vendorId],
            variables.flag(CustomizationVariables.enabled(request.vendorId))
        else { return .unknownVendorId }  // P01.FR.05
        guard let message = request.messageId else { return nil }
        return messages.contains(message) ? nil : .unknownMessageId  // P01.FR.06
    }

    /// What the host makes of it goes back as it is (P01.FR.07).
    mutating func answerTransfer(_ id: MessageID, _ response: DataTransferResponse) {
        guard let index = transfers.waiting.firstIndex(of: id) else { return }
        transfers.waiting.remove(at: index)
        emit(.answer(id, .dataTransfer(response)))
    }
}
