// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity

// Answers of ISO 15118-20, as the car reads them.

extension ISO20Messages {
    static func answer(_ frame: V2GTPFrame) throws(TranslationError) -> Answer {
        switch frame.type {
        case .common, .scheduleRenegotiation, .meteringConfirmation:
            try answer(Translation.decoded(ISO20.CommonMessagesDocument.self, frame))
        case .ac: try answer(Translation.decoded(ISO20.ACDocument.self, frame))
        case .dc: try answer(Translation.decoded(ISO20.DCDocument.self, frame))
        case .exi, .acdp, .wpt, .acdpSystemStatus, .parkingStatus,
            .discoveryRequest, .discoveryResponse, .wirelessDiscoveryRequest, .wirelessDiscoveryResponse:
            throw .payloadType(frame.type)
        }
    }

    private static func start(
        _ kind: Request.Kind, _ header: ISO20.MessageHeader, _ code: ISO20.ResponseCode,
        _ status: ISO20.EVSEStatus? = nil
    ) -> Answer {
        var answer = Answer(kind, header.sessionID, word: code.description)
        switch status?.evseNotification {
        case .pause?: answer.notice = .pause
        case .terminate?: answer.notice = .terminate
        case .scheduleRenegotiation?: answer.notice = .renegotiateSchedule
        case .serviceRenegotiation?: answer.notice = .renegotiateService
        case .exitStandby?: answer.notice = .exitStandby
        case .meteringConfirmation?: answer.notice = .confirmMeter
        case nil: break
        }
        return answer
    }

    private static func answer(_ document: ISO20.CommonMessagesDocument) throws(TranslationError) -> Answer {
        switch document {
        case .sessionSetupRes(let body): return start(.sessionSetup, body.header, body.responseCode)
        case .authorizationSetupRes(let body):
            var answer = start(.authorizationSetup, body.header, body.responseCode)
            read(body, into: &answer)
            return answer
        case .certificateInstallationRes(let body):
            var answer = start(.certificate, body.header, body.responseCode)
            answer.processing = processing(body.evseProcessing)
            answer.certificate = try offered(body)
            return answer
        case .authorizationRes(let body):
            var answer = start(.authorization, body.header, body.responseCode)
            answer.processing = processing(body.evseProcessing)
            return answer
        case .serviceDiscoveryRes(let body):
            var answer = start(.serviceDiscovery, body.header, body.responseCode)
            answer.services = body.energyTransferServiceList.service.map(\.serviceID)
            return answer
        case .serviceDetailRes(let body):
            var answer = start(.serviceDetail, body.header, body.responseCode)
            answer.parameterSets = body.serviceParameterList.parameterSet.map { set in
                .init(id: set.parameterSetID, mode: mode(set.parameter))
            }
            return answer
        case .serviceSelectionRes(let body): return start(.serviceSelection, body.header, body.responseCode)
        case .scheduleExchangeRes(let body):
            var answer = start(.scheduleExchange, body.header, body.responseCode)
            answer.processing = processing(body.evseProcessing)
            switch body.seResControlMode {
            case .dynamic_SEResControlMode: break
            case .scheduled_SEResControlMode(let mode):
                answer.schedules = mode.scheduleTuple.map { read($0, sentAt: body.header.timeStamp) }
            }
            return answer
        case .powerDeliveryRes(let body): return start(.powerDelivery, body.header, body.responseCode, body.evseStatus)
        case .meteringConfirmationRes(let body): return start(.meterConfirmation, body.header, body.responseCode)
        case .sessionStopRes(let body): return start(.sessionStop, body.header, body.responseCode)
        case .vehicleCheckInRes(let body): return start(.unsupported, body.header, body.responseCode)
        case .vehicleCheckOutRes(let body): return start(.unsupported, body.header, body.responseCode)
        case .authorizationReq, .authorizationSetupReq, .certificateInstallationReq, .meteringConfirmationReq,
            .powerDeliveryReq, .scheduleExchangeReq, .serviceDetailReq, .serviceDiscoveryReq, .serviceSelectionReq,
            .sessionSetupReq, .sessionStopReq, .vehicleCheckInReq, .vehicleCheckOutReq:
            throw .wrongDirection
        }
    }

    private static func mode(_ parameters: [ISO20.Parameter]) -> ControlMode? {
        for parameter in parameters where parameter.name == "ControlMode" {
            if case .intValue(let value) = parameter.typedValue { return ControlMode(rawValue: value) }
        }
        return nil
    }

    private static func answer(_ document: ISO20.DCDocument) throws(TranslationError) -> Answer {
        switch document {
        case .dc_ChargeParameterDiscoveryRes(let body):
            var answer = start(.chargeParameters, body.header, body.responseCode)
            switch body.dc_CPDResEnergyTransferMode {
            case .dc_CPDResEnergyTransferMode(let evse):
                answer.granted = limits(Power(evse.evseMaximumChargePower), nil)
            case .bpt_DC_CPDResEnergyTransferMode(let evse):
                answer.granted = limits(Power(evse.evseMaximumChargePower), Power(evse.evseMaximumDischargePower))
            }
            return answer
        case .dc_CableCheckRes(let body):
            var answer = start(.cableCheck, body.header, body.responseCode)
            answer.processing = processing(body.evseProcessing)
            return answer
        case .dc_PreChargeRes(let body):
            var answer = start(.preCharge, body.header, body.responseCode)
            answer.voltage = Voltage(body.evsePresentVoltage)
            return answer
        case .dc_ChargeLoopRes(let body):
            var answer = start(.chargeLoop, body.header, body.responseCode, body.evseStatus)
            answer.voltage = Voltage(body.evsePresentVoltage)
            answer.current = Current(body.evsePresentCurrent)
            answer.granted = granted(body.clResControlMode)
            answer.meter = meter(body.meterInfo, body.header.sessionID)
            return answer
        case .dc_WeldingDetectionRes(let body):
            var answer = start(.weldingDetection, body.header, body.responseCode)
            answer.voltage = Voltage(body.evsePresentVoltage)
            return answer
        case .dc_CableCheckReq, .dc_ChargeLoopReq, .dc_ChargeParameterDiscoveryReq, .dc_PreChargeReq,
            .dc_WeldingDetectionReq:
            throw .wrongDirection
        }
    }

    private static func granted(_ mode: ISO20.DC_CLResControlMode) -> PowerLimits? {
        switch mode {
        case .scheduled_DC_CLResControlMode(let evse): limits(evse.evseMaximumChargePower.map { Power($0) }, nil)
        case .dynamic_DC_CLResControlMode(let evse): limits(Power(evse.evseMaximumChargePower), nil)
        case .bpt_Scheduled_DC_CLResControlMode(let evse):
            limits(evse.evseMaximumChargePower.map { Power($0) }, evse.evseMaximumDischargePower.map { Power($0) })
        case .bpt_Dynamic_DC_CLResControlMode(let evse):
            limits(Power(evse.evseMaximumChargePower), Power(evse.evseMaximumDischargePower))
        }
    }

    private static func answer(_ document: ISO20.ACDocument) throws(TranslationError) -> Answer {
        switch document {
        case .ac_ChargeParameterDiscoveryRes(let body):
            var answer = start(.chargeParameters, body.header, body.responseCode)
            switch body.ac_CPDResEnergyTransferMode {
            case .ac_CPDResEnergyTransferMode(let evse):
                answer.granted = limits(
                    total(evse.evseMaximumChargePower, evse.evseMaximumChargePower_L2, evse.evseMaximumChargePower_L3),
                    nil)
            case .bpt_AC_CPDResEnergyTransferMode(let evse):
                answer.granted = limits(
                    total(evse.evseMaximumChargePower, evse.evseMaximumChargePower_L2, evse.evseMaximumChargePower_L3),
                    total(
                        evse.evseMaximumDischargePower, evse.evseMaximumDischargePower_L2,
                        evse.evseMaximumDischargePower_L3))
            }
            return answer
        case .ac_ChargeLoopRes(let body):
            var answer = start(.chargeLoop, body.header, body.responseCode, body.evseStatus)
            answer.target = target(body.clResControlMode)
            answer.meter = meter(body.meterInfo, body.header.sessionID)
            return answer
        case .ac_ChargeLoopReq, .ac_ChargeParameterDiscoveryReq: throw .wrongDirection
        }
    }

    private static func target(_ mode: ISO20.AC_CLResControlMode) -> Power? {
        switch mode {
        case .scheduled_AC_CLResControlMode(let evse):
            evse.evseTargetActivePower.map {
                total($0, evse.evseTargetActivePower_L2, evse.evseTargetActivePower_L3)
            }
        case .bpt_Scheduled_AC_CLResControlMode(let evse):
            evse.evseTargetActivePower.map {
                total($0, evse.evseTargetActivePower_L2, evse.evseTargetActivePower_L3)
            }
        case .dynamic_AC_CLResControlMode(let evse):
            total(evse.evseTargetActivePower, evse.evseTargetActivePower_L2, evse.evseTargetActivePower_L3)
        case .bpt_Dynamic_AC_CLResControlMode(let evse):
            total(evse.evseTargetActivePower, evse.evseTargetActivePower_L2, evse.evseTargetActivePower_L3)
        }
    }
}
