// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import Electricity

// Requests of ISO 15118-2, as the station reads them.

extension ISO2Messages {
    static func request(_ frame: V2GTPFrame) throws(TranslationError) -> (sessionID: [UInt8], request: Request) {
        guard frame.type == .exi else { throw .payloadType(frame.type) }
        let message: ISO2.V2G_Message
        switch try Translation.decoded(ISO2.Document.self, frame) {
        case .v2g_Message(let found): message = found
        }
        guard let body = message.body.bodyElement else { throw .wrongDirection }
        let signed = Signed(signature: message.header.signature, message: frame.payload)
        return (message.header.sessionID, try request(body, signed))
    }

    /// What the header and the whole say about the body.
    private struct Signed {
        let signature: XMLSignature.Signature?
        let message: [UInt8]

        func over(_ fragment: ISO2.Fragment, _ id: String?) throws(TranslationError) -> MessageSignature? {
            guard let signature, let id else { return nil }
            do throws(EXIError) {
                return try MessageSignature(
                    signature, over: [SignedElement(id: id, fragment: try fragment.encode())])
            } catch {
                throw .exi(error)
            }
        }
    }

    private static func request(_ body: ISO2.BodyElement, _ signed: Signed) throws(TranslationError) -> Request {
        switch body {
        case .sessionSetupReq(let body): .sessionSetup(vehicle: BinaryText.hexadecimal(body.evccid))
        case .serviceDiscoveryReq(let body): .serviceDiscovery(filter(body))
        case .serviceDetailReq(let body): .serviceDetail(body.serviceID)
        case .paymentServiceSelectionReq(let body):
            .serviceSelection(
                .payment(
                    body.selectedPaymentOption == .externalPayment ? .external : .contract,
                    services: body.selectedServiceList.selectedService.map(chosen)))
        case .authorizationReq(let body): try authorization(body, signed)
        case .paymentDetailsReq(let body):
            .paymentDetails(Contract(emaid: body.eMAID, chain: chain(body.contractSignatureCertChain)))
        case .certificateInstallationReq(let body): try .certificate(installation(body, signed))
        case .certificateUpdateReq(let body): try .certificate(update(body, signed))
        case .chargeParameterDiscoveryReq(let body): parameters(body)
        case .cableCheckReq: .cableCheck
        case .preChargeReq(let body): .preCharge(target: Voltage(body.evTargetVoltage))
        case .powerDeliveryReq(let body): .powerDelivery(delivery(body))
        case .chargingStatusReq: .chargeLoop(ChargeLoop(service: .ac, mode: .scheduled, needs: EVNeeds()))
        case .currentDemandReq(let body): .chargeLoop(loop(body))
        case .meteringReceiptReq(let body): try .meterConfirmation(receipt(body, signed))
        case .weldingDetectionReq: .weldingDetection
        case .sessionStopReq(let body): .sessionStop(body.chargingSession == .pause ? .pause : .terminate)
        case .authorizationRes, .cableCheckRes, .certificateInstallationRes, .certificateUpdateRes,
            .chargeParameterDiscoveryRes, .chargingStatusRes, .currentDemandRes, .meteringReceiptRes,
            .paymentDetailsRes, .paymentServiceSelectionRes, .powerDeliveryRes, .preChargeRes, .serviceDetailRes,
            .serviceDiscoveryRes, .sessionSetupRes, .sessionStopRes, .weldingDetectionRes:
            throw .wrongDirection
        }
    }

    private static func filter(_ body: ISO2.ServiceDiscoveryReq) -> ServiceFilter {
        let category: ServiceFilter.Category? =
            switch body.serviceCategory {
            case .evCharging?: .charging
            case .internet?: .internet
            case .contractCertificate?: .certificates
            case .otherCustom?: .other
            case nil: nil
            }
        return ServiceFilter(category: category, scope: body.serviceScope)
    }

    /// A number below zero chooses nothing there is.
    private static func chosen(_ service: ISO2.SelectedService) -> ChosenService {
        ChosenService(service.serviceID, parameterSet: service.parameterSetID.map { UInt16(bitPattern: $0) })
    }

    /// A car that pays at the station sends an empty message, and one with a contract does so while it waits.
    private static func authorization(
        _ body: ISO2.AuthorizationReq, _ signed: Signed
    ) throws(TranslationError) -> Request {
        if body.genChallenge == nil, signed.signature == nil { return .authorization(.external) }
        let signature = try signed.over(.authorizationReq(body), body.id)
        return .authorization(.contract(ContractProof(challenge: body.genChallenge ?? [], signature: signature)))
    }

    private static func installation(
        _ body: ISO2.CertificateInstallationReq, _ signed: Signed
    ) throws(TranslationError) -> CertificateRequest {
        CertificateRequest(
            action: .install, standard: .iso2, message: signed.message,
            signer: CertificateChain(leaf: body.oemProvisioningCert),
            signature: try signed.over(.certificateInstallationReq(body), body.id))
    }

    private static func update(
        _ body: ISO2.CertificateUpdateReq, _ signed: Signed
    ) throws(TranslationError) -> CertificateRequest {
        CertificateRequest(
            action: .update, standard: .iso2, message: signed.message, signer: chain(body.contractSignatureCertChain),
            signature: try signed.over(.certificateUpdateReq(body), body.id))
    }

    private static func receipt(
        _ body: ISO2.MeteringReceiptReq, _ signed: Signed
    ) throws(TranslationError) -> MeterReceipt {
        MeterReceipt(
            sessionID: body.sessionID, meterID: body.meterInfo.meterID, charged_Wh: body.meterInfo.meterReading ?? 0,
            signature: try signed.over(.meteringReceiptReq(body), body.id))
    }

    static func chain(_ chain: ISO2.CertificateChain) -> CertificateChain {
        CertificateChain(leaf: chain.certificate, authorities: chain.subCertificates?.certificate ?? [])
    }

    private static func parameters(_ body: ISO2.ChargeParameterDiscoveryReq) -> Request {
        var needs = EVNeeds()
        switch body.evChargeParameter {
        case .ac_EVChargeParameter(let ev):
            needs.departure = ev.departureTime.map { .seconds(Int($0)) }
            needs.targetEnergy = Energy(ev.eAmount)
            needs.current = CurrentLimits(from: .zero, to: Current(ev.evMaxCurrent))
            needs.leastCurrent = Current(ev.evMinCurrent)
        case .dc_EVChargeParameter(let ev):
            needs.departure = ev.departureTime.map { .seconds(Int($0)) }
            needs.current = CurrentLimits(from: .zero, to: Current(ev.evMaximumCurrentLimit))
            needs.power = ev.evMaximumPowerLimit.map { PowerLimits(from: .zero, to: Power($0)) }
            needs.highestVoltage = Voltage(ev.evMaximumVoltageLimit)
            needs.targetEnergy = ev.evEnergyRequest.map { Energy($0) }
            needs.targetSoC = ev.fullSOC.map { StateOfCharge(wire: $0) }
            needs.soc = StateOfCharge(wire: ev.dc_EVStatus.evresssoc)
        }
        needs.mostSchedulePoints = body.maxEntriesSAScheduleTuple.map { Int($0) }
        switch body.requestedEnergyTransferMode {
        case .ac_single_phase_core:
            needs.phases = 1
            return .chargeParameters(.ac, needs)
        case .ac_three_phase_core:
            needs.phases = 3
            return .chargeParameters(.ac, needs)
        case .dc_core, .dc_extended, .dc_combo_core, .dc_unique: return .chargeParameters(.dc, needs)
        }
    }

    private static func delivery(_ body: ISO2.PowerDeliveryReq) -> PowerDelivery {
        let progress: PowerDelivery.Progress =
            switch body.chargeProgress {
            case .start: .start
            case .stop: .stop
            case .renegotiate: .renegotiate
            }
        var delivery = PowerDelivery(progress)
        delivery.schedule = UInt32(body.saScheduleTupleID)
        delivery.profile = body.chargingProfile.flatMap { profile($0, body.saScheduleTupleID) }
        return delivery
    }

    private static func loop(_ body: ISO2.CurrentDemandReq) -> ChargeLoop {
        var loop = ChargeLoop(service: .dc, mode: .scheduled, needs: EVNeeds())
        loop.targetCurrent = Current(body.evTargetCurrent)
        loop.targetVoltage = Voltage(body.evTargetVoltage)
        loop.needs.power = body.evMaximumPowerLimit.map { PowerLimits(from: .zero, to: Power($0)) }
        loop.needs.current = body.evMaximumCurrentLimit.map { CurrentLimits(from: .zero, to: Current($0)) }
        loop.needs.highestVoltage = body.evMaximumVoltageLimit.map { Voltage($0) }
        loop.needs.soc = StateOfCharge(wire: body.dc_EVStatus.evresssoc)
        loop.needs.isComplete = body.chargingComplete
        return loop
    }
}
