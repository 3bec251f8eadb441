// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    mutating func adoptTariff(_ index: Int) {}
    mutating func finishTariff(_ index: Int) {}
    mutating func reportCost(
        _ kind: TransactionEventEnumType, _ index: Int, in request: inout TransactionEventRequest
    ) {}
    /// I02.
    mutating func answer(_ request: CostUpdatedRequest) -> CostUpdatedResponse {
        if let index = index(ofTransaction: request.transactionId) { takeCost(index, request.totalCost) }
        return CostUpdatedResponse()
    }

    mutating func takeCost(_ index: Int, _ cost: DecimalNumber) {
        evses[index].transaction?.totalCost = cost
        meetLimits(index)
    }
}
