// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import Electricity

// The services of ISO 15118-2, as the station offers them.

extension ISO2Messages {
    static func discovery(
        _ code: ISO2.ResponseCode, _ filter: ServiceFilter, _ header: StationHeader
    ) -> ISO2.ServiceDiscoveryRes {
        var modes: [ISO2.EnergyTransferMode] = []
        for service in header.offer.services(in: .iso2) {
            switch (service.transfer, header.offer.phases) {
            case (.dc, _): modes.append(.dc_extended)
            case (.ac, 3): modes += [.ac_three_phase_core, .ac_single_phase_core]
            case (.ac, _): modes.append(.ac_single_phase_core)
            }
        }
        var services = header.offer.valueAdded.filter(filter.admits).map(listed)
        if header.contracts?.installsCertificates == true, filter.admitsCertificates {
            services.insert(certificateService, at: 0)
        }
        // The schema has room for 8.
        services.removeLast(max(0, services.count - 8))
        return .init(
            responseCode: code,
            paymentOptionList: .init(
                paymentOption: header.contracts == nil ? [.externalPayment] : [.contract, .externalPayment]),
            chargeService: .init(
                serviceID: StationMachine.chargeService, serviceCategory: .evCharging,
                freeService: header.offer.isFree, supportedEnergyTransferMode: .init(energyTransferMode: modes)),
            serviceList: services.isEmpty ? nil : .init(service: services))
    }

    private static func listed(_ service: ValueAddedService) -> ISO2.Service {
        .init(
            serviceID: service.id, serviceName: service.name.map { String($0.prefix(32)) },
            serviceCategory: service.category == .internet ? .internet : .otherCustom,
            serviceScope: service.scope.map { String($0.prefix(64)) }, freeService: service.isFree)
    }

    private static var certificateService: ISO2.Service {
        .init(
            serviceID: StationMachine.certificateService, serviceName: "Certificate",
            serviceCategory: .contractCertificate, freeService: true)
    }

    /// The two things the service for certificates can do are its parameter sets 1 and 2.
    static func detail(
        _ code: ISO2.ResponseCode, _ service: UInt16, _ header: StationHeader
    ) -> ISO2.ServiceDetailRes {
        if let added = header.offer.valueAdded.first(where: { $0.id == service }), !added.parameterSets.isEmpty {
            let sets = added.parameterSets.prefix(255).map { set in
                ISO2.ParameterSet(parameterSetID: Int16(clamping: set.id), parameter: set.parameters.map(parameter))
            }
            return .init(responseCode: code, serviceID: service, serviceParameterList: .init(parameterSet: sets))
        }
        guard service == StationMachine.certificateService, header.contracts?.installsCertificates == true else {
            return .init(responseCode: code, serviceID: service)
        }
        let sets = zip(Int16(1)..., ["Installation", "Update"]).map { number, word in
            ISO2.ParameterSet(
                parameterSetID: number, parameter: [.init(name: "Service", typedValue: .stringValue(word))])
        }
        return .init(responseCode: code, serviceID: service, serviceParameterList: .init(parameterSet: sets))
    }

    private static func parameter(_ parameter: ValueAddedService.Parameter) -> ISO2.Parameter {
        switch parameter.value {
        case .flag(let value): .init(name: parameter.name, typedValue: .boolValue(value))
        case .number(let value): .init(name: parameter.name, typedValue: .intValue(value))
        case .text(let value): .init(name: parameter.name, typedValue: .stringValue(value))
        }
    }

    /// The schema wants all members even where there is nothing to give.
    static func withoutCertificate(
        _ code: ISO2.ResponseCode, _ action: CertificateRequest.Action
    ) -> ISO2.BodyElement {
        let chain = ISO2.CertificateChain(id: "id1", certificate: [0])
        let service = ISO2.CertificateChain(certificate: [0])
        let key = ISO2.ContractSignatureEncryptedPrivateKey(id: "id2", value: [0])
        let secret = ISO2.DiffieHellmanPublickey(id: "id3", value: [0])
        let account = ISO2.EMAID(id: "id4", value: "-")
        switch action {
        case .install:
            return .certificateInstallationRes(
                .init(
                    responseCode: code, saProvisioningCertificateChain: service, contractSignatureCertChain: chain,
                    contractSignatureEncryptedPrivateKey: key, dHpublickey: secret, eMAID: account))
        case .update:
            return .certificateUpdateRes(
                .init(
                    responseCode: code, saProvisioningCertificateChain: service, contractSignatureCertChain: chain,
                    contractSignatureEncryptedPrivateKey: key, dHpublickey: secret, eMAID: account))
        }
    }
}
