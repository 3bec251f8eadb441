// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity

// Requests of ISO 15118-20, as the station reads them.

extension ISO20Messages {
    static func request(_ frame: V2GTPFrame) throws(TranslationError) -> (sessionID: [UInt8], request: Request) {
        switch frame.type {
        case .common, .scheduleRenegotiation, .meteringConfirmation: try common(frame)
        case .ac: try request(Translation.decoded(ISO20.ACDocument.self, frame))
        case .dc: try request(Translation.decoded(ISO20.DCDocument.self, frame))
        case .exi, .acdp, .wpt, .acdpSystemStatus, .parkingStatus,
            .discoveryRequest, .discoveryResponse, .wirelessDiscoveryRequest, .wirelessDiscoveryResponse:
            throw .payloadType(frame.type)
        }
    }

    private static func common(_ frame: V2GTPFrame) throws(TranslationError) -> (sessionID: [UInt8], request: Request) {
        let document = try Translation.decoded(ISO20.CommonMessagesDocument.self, frame)
        let found = try request(document, frame)
        switch (frame.type, found.request.kind) {
        // Beside the main conversation each message has a side of its own.
        case (.scheduleRenegotiation, .scheduleExchange), (.meteringConfirmation, .meterConfirmation), (.common, _):
            return found
        case (_, _): throw .payloadType(frame.type)
        }
    }

    private static func request(
        _ document: ISO20.CommonMessagesDocument, _ frame: V2GTPFrame
    ) throws(TranslationError) -> (sessionID: [UInt8], request: Request) {
        switch document {
        case .sessionSetupReq(let body): (body.header.sessionID, .sessionSetup(vehicle: body.evccid))
        case .authorizationSetupReq(let body): (body.header.sessionID, .authorizationSetup)
        case .authorizationReq(let body):
            (body.header.sessionID, .authorization(try authorization(body)))
        case .certificateInstallationReq(let body):
            (body.header.sessionID, .certificate(try installation(body, frame.payload)))
        case .serviceDiscoveryReq(let body):
            (body.header.sessionID, .serviceDiscovery(ServiceFilter(numbers: body.supportedServiceIDs?.serviceID)))
        case .serviceDetailReq(let body): (body.header.sessionID, .serviceDetail(body.serviceID))
        case .serviceSelectionReq(let body):
            (
                body.header.sessionID,
                .serviceSelection(
                    .energy(
                        service: body.selectedEnergyTransferService.serviceID,
                        parameterSet: body.selectedEnergyTransferService.parameterSetID,
                        added: (body.selectedVASList?.selectedService ?? []).map {
                            ChosenService($0.serviceID, parameterSet: $0.parameterSetID)
                        }))
            )
        case .scheduleExchangeReq(let body):
            (body.header.sessionID, scheduleExchange(body.seReqControlMode, Int(body.maximumSupportingPoints)))
        case .powerDeliveryReq(let body): (body.header.sessionID, .powerDelivery(powerDelivery(body)))
        case .meteringConfirmationReq(let body): (body.header.sessionID, .meterConfirmation(try receipt(body)))
        case .sessionStopReq(let body): (body.header.sessionID, .sessionStop(stop(body.chargingSession)))
        case .vehicleCheckInReq(let body): (body.header.sessionID, .unsupported("VehicleCheckInReq"))
        case .vehicleCheckOutReq(let body): (body.header.sessionID, .unsupported("VehicleCheckOutReq"))
        case .authorizationRes, .authorizationSetupRes, .certificateInstallationRes, .meteringConfirmationRes,
            .powerDeliveryRes, .scheduleExchangeRes, .serviceDetailRes, .serviceDiscoveryRes, .serviceSelectionRes,
            .sessionSetupRes, .sessionStopRes, .vehicleCheckInRes, .vehicleCheckOutRes:
            throw .wrongDirection
        }
    }

    private static func request(
        _ document: ISO20.DCDocument
    ) throws(TranslationError) -> (sessionID: [UInt8], request: Request) {
        switch document {
        case .dc_ChargeParameterDiscoveryReq(let body): (body.header.sessionID, parameters(body))
        case .dc_CableCheckReq(let body): (body.header.sessionID, .cableCheck)
        case .dc_PreChargeReq(let body):
            (body.header.sessionID, .preCharge(target: Voltage(body.evTargetVoltage)))
        case .dc_ChargeLoopReq(let body): (body.header.sessionID, .chargeLoop(loop(body)))
        case .dc_WeldingDetectionReq(let body): (body.header.sessionID, .weldingDetection)
        case .dc_CableCheckRes, .dc_ChargeLoopRes, .dc_ChargeParameterDiscoveryRes, .dc_PreChargeRes,
            .dc_WeldingDetectionRes:
            throw .wrongDirection
        }
    }

    private static func request(
        _ document: ISO20.ACDocument
    ) throws(TranslationError) -> (sessionID: [UInt8], request: Request) {
        switch document {
        case .ac_ChargeParameterDiscoveryReq(let body): (body.header.sessionID, parameters(body))
        case .ac_ChargeLoopReq(let body): (body.header.sessionID, .chargeLoop(loop(body)))
        case .ac_ChargeLoopRes, .ac_ChargeParameterDiscoveryRes: throw .wrongDirection
        }
    }

    private static func scheduleExchange(
        _ mode: ISO20.ScheduleExchangeReq.SEReqControlMode, _ points: Int
    ) -> Request {
        var needs = EVNeeds()
        needs.mostSchedulePoints = points
        switch mode {
        case .dynamic_SEReqControlMode(let dynamic):
            needs.departure = .seconds(Int(dynamic.departureTime))
            needs.minimumSoC = dynamic.minimumSOC.map { StateOfCharge(wire: $0) }
            needs.targetSoC = dynamic.targetSOC.map { StateOfCharge(wire: $0) }
            needs.targetEnergy = Energy(dynamic.evTargetEnergyRequest)
            needs.maximumEnergy = Energy(dynamic.evMaximumEnergyRequest)
            needs.minimumEnergy = Energy(dynamic.evMinimumEnergyRequest)
            needs.maximumV2XEnergy = dynamic.evMaximumV2XEnergyRequest.map { Energy($0) }
            needs.minimumV2XEnergy = dynamic.evMinimumV2XEnergyRequest.map { Energy($0) }
            return .scheduleExchange(.dynamic, needs)
        case .scheduled_SEReqControlMode(let scheduled):
            needs.departure = scheduled.departureTime.map { .seconds(Int($0)) }
            needs.targetEnergy = scheduled.evTargetEnergyRequest.map { Energy($0) }
            needs.maximumEnergy = scheduled.evMaximumEnergyRequest.map { Energy($0) }
            needs.minimumEnergy = scheduled.evMinimumEnergyRequest.map { Energy($0) }
            return .scheduleExchange(.scheduled, needs)
        }
    }

    private static func powerDelivery(_ body: ISO20.PowerDeliveryReq) -> PowerDelivery {
        let progress: PowerDelivery.Progress =
            switch body.chargeProgress {
            case .start: .start
            case .stop: .stop
            case .standby: .standby
            case .scheduleRenegotiation: .renegotiate
            }
        var delivery = PowerDelivery(progress, processing: processing(body.evProcessing))
        delivery.channel = body.bpt_ChannelSelection.map { $0 == .charge ? .charge : .discharge }
        switch body.evPowerProfile?.evPPTControlMode {
        case .scheduled_EVPPTControlMode(let scheduled)?: delivery.schedule = scheduled.selectedScheduleTupleID
        case .dynamic_EVPPTControlMode?, nil: break
        }
        delivery.profile = body.evPowerProfile.map(profile)
        return delivery
    }

    static func processing(_ processing: ISO20.Processing) -> Processing {
        switch processing {
        case .finished: .finished
        case .ongoing: .ongoing
        case .ongoing_WaitingForCustomerInteraction: .waitingForCustomer
        }
    }

    static func processing(_ processing: Processing) -> ISO20.Processing {
        switch processing {
        case .finished: .finished
        case .ongoing: .ongoing
        case .waitingForCustomer: .ongoing_WaitingForCustomerInteraction
        }
    }

    private static func stop(_ session: ISO20.ChargingSession) -> SessionStop {
        switch session {
        case .pause: .pause
        case .terminate: .terminate
        case .serviceRenegotiation: .renegotiateService
        }
    }
}
