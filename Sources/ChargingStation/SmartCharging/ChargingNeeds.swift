// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// A schedule that a car may choose (K15, K18).
package struct OfferedSchedule: Equatable, Sendable {
    /// Of the backend's schedule that leads.
    package var id: Int
    package var schedule: CompositeSchedule
    /// The backend's schedule itself, with prices and tolerance; nil where only defaults apply.
    package var source: ChargingScheduleType?
    /// By the station's own tariff; of no account where the source has prices.
    package var priceLevels: [PriceLevel] = []
}

/// What a car has said and been told in a session of ISO 15118.
struct VehicleWishes: Equatable, Sendable {
    var needs: ChargingNeedsType
    /// When they came; said with them if they could not be passed on at once (K15.FR.20).
    var receivedAt: DateTime
    var isUnsent = true
    var wasDelayed = false
    /// When the car gets schedules at the latest, in seconds since 1970; it waits 60 s (K15.FR.08).
    var answerBy: Int64?
    var offered: [OfferedSchedule] = []
    /// The state of the profiles from which it was offered.
    var revision = 0
    /// Whether the car has been asked to negotiate anew; the needs it repeats are known (K16.FR.09).
    var isRenegotiating = false
    /// What the car will do, once the backend has agreed (K15.FR.14).
    var plan: VehicleSchedule?
    var planInQuestion: VehicleSchedule?

    /// In dynamic control mode the station leads the car, which needs no schedule (K19).
    var isLed: Bool { needs.controlMode == .dynamicControl }
    /// Whether ISO 15118-20 is spoken (K17.FR.06).
    var isNewer: Bool { needs.v2xChargingParameters != nil }
}

extension Station {
    /// K15.FR.01, K17.FR.01, K18.FR.01, K19.FR.01, K20.FR.01, Q01.FR.03.
    mutating func take(_ needs: ChargingNeedsType, of evse: Int) {
        guard index(ofEVSE: evse) != nil else { return }
        if var known = smart.vehicles[evse], known.isRenegotiating, known.needs == needs {
            // Nothing the backend would not know (K16.FR.09); the car wants its schedules.
            known.isRenegotiating = false
            smart.vehicles[evse] = known
            return offerSchedules(evse)
        }
        var wishes = VehicleWishes(needs: needs, receivedAt: now.dateTime)
        wishes.wasDelayed = !mayCall(.volatile)
        smart.vehicles[evse] = wishes
        guard setup.role == .inCharge, mayCall(.volatile) else {
            // Alone, the station offers what its profiles allow (K15.FR.15, K17.FR.15, K18.FR.15, K19.FR.11).
            return offerSchedules(evse)
        }
        sendNeeds()
    }

    mutating func sendNeeds() {
        guard mayCall(.volatile), setup.role == .inCharge else { return }
        for (evse, wishes) in smart.vehicles.sorted(by: { $0.key < $1.key }) where wishes.isUnsent {
            smart.vehicles[evse]?.isUnsent = false
            smart.vehicles[evse]?.answerBy = wishes.offered.isEmpty ? now.seconds.adding(Self.patienceOfVehicles) : nil
            var request = NotifyEVChargingNeedsRequest(evseId: evse, chargingNeeds: wishes.needs)
            // K15.FR.20, K17.FR.17, K18.FR.21, K19.FR.14, K20.FR.05.
            if wishes.wasDelayed { request.timestamp = wishes.receivedAt }
            call(.notifyEVChargingNeeds(request))
        }
    }

    /// Seconds; below the 60 after which a car gives up.
    private static var patienceOfVehicles: Int64 { 55 }

    mutating func take(_ response: NotifyEVChargingNeedsResponse, to request: NotifyEVChargingNeedsRequest) {
        guard let wishes = smart.vehicles[request.evseId], wishes.needs == request.chargingNeeds else { return }
        switch response.status {
        case .accepted:
            // A profile comes; it may have come already.
            break
        case .processing, .noChargingProfile:
            // It comes later and is negotiated then (K15.FR.05, K18.FR.05), or never (K18.FR.04, K19.FR.04).
            if wishes.offered.isEmpty { offerSchedules(request.evseId) }
        case .rejected: needsRejected(request.evseId, wishes)
        }
    }

    private mutating func needsRejected(_ evse: Int, _ wishes: VehicleWishes) {
        // In ISO 15118-2 this only means that no profile comes (K15.FR.04, K17.FR.15).
        guard wishes.isNewer else { return offerSchedules(evse) }
        guard let setup = setup.evses.first(where: { $0.id == evse }), !setup.renegotiatesService else {
            // Q01.FR.05. What was asked for is not to be asked for again.
            let others = BidirectionalVariables.energyTransfers(of: evse, self.setup)
                .filter { $0 != wishes.needs.requestedEnergyTransfer && !$0.isBidirectional }
            smart.vehicles[evse]?.answerBy = nil
            return emit(.host(.renegotiateService(evse: evse, others)))
        }
        // Q01.FR.06, K18.FR.23, K19.FR.16.
        smart.vehicles[evse]?.answerBy = nil
        endTransactions(evse: evse, stopped: .reqEnergyTransferRejected, because: .abnormalCondition)
    }

    mutating func doWithout(_ request: NotifyEVChargingNeedsRequest) {
        guard let wishes = smart.vehicles[request.evseId], wishes.offered.isEmpty else { return }
        offerSchedules(request.evseId)
    }

    // MARK: NotifyAllowedEnergyTransfer (Q02)

    mutating func answer(_ request: NotifyAllowedEnergyTransferRequest) -> NotifyAllowedEnergyTransferResponse {
        guard setup.role == .inCharge else {
            return NotifyAllowedEnergyTransferResponse(
                status: .rejected, statusInfo: StatusInfoType(reasonCode: "NotEnabled"))
        }
        guard let evse = evses.first(where: { $0.transaction?.id == request.transactionId })?.id else {
            return NotifyAllowedEnergyTransferResponse(
                status: .rejected, statusInfo: StatusInfoType(reasonCode: "TxNotFound"))
        }
        allowEnergyTransfers(request.allowedEnergyTransfer, evse: evse)
        return NotifyAllowedEnergyTransferResponse(status: .accepted)
    }

    /// The backend allows these services, in an authorisation or later; the car's new needs follow (Q02.FR.06, Q02.FR.07).
    mutating func allowEnergyTransfers(_ allowed: [EnergyTransferModeEnumType], evse: Int) {
        let possible = BidirectionalVariables.energyTransfers(of: evse, setup)
        emit(.host(.renegotiateService(evse: evse, allowed.filter(possible.contains))))
    }
}
