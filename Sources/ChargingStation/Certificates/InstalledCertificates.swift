// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    // MARK: M05

    /// M05.FR.01.
    mutating func answer(_ request: InstallCertificateRequest, _ id: MessageID) {
        let replaces =
            request.certificateType == .csmsRootCertificate && variables.flag(SecurityVariables.rootCheck)
        emit(
            .host(
                .keys(
                    .install(
                        reply: id, request.certificateType, certificate: request.certificate, replaces: replaces,
                        most: SecurityVariables.mostCertificates))))
    }

    /// M05.FR.02, M05.FR.03, M05.FR.06, M05.FR.07, M05.FR.11.
    mutating func answerInstalled(
        _ id: MessageID, _ status: InstallCertificateStatusEnumType, _ use: InstallCertificateUseEnumType,
        _ reason: String?
    ) {
        let info = reason.map {
            StatusInfoType(reasonCode: "InvalidCertificate", additionalInfo: String($0.prefix(500)))
        }
        emit(.answer(id, .installCertificate(InstallCertificateResponse(status: status, statusInfo: info))))
        guard status == .accepted else { return }
        raise(.reconfigurationOfSecurityParameters, detail: use.word)
        inspectKeys()
        guard use == .csmsRootCertificate, variables.flag(SecurityVariables.rootCheck) else { return }
        // M05.FR.12: the one before stays for as long as the new one has not shown that it works.
        security.proofs.rootChange.begin()
        emit(.keep(key: Proofs.rootKey, Proofs.mark))
    }

    // MARK: M04

    mutating func answer(_ request: DeleteCertificateRequest, _ id: MessageID) {
        emit(
            .host(
                .keys(.delete(reply: id, request.certificateHashData, keepsLastRoot: securityProfile >= 2))))
    }

    /// M04.FR.01, M04.FR.02, M04.FR.03, M04.FR.04, M04.FR.06.
    mutating func answerDeleted(_ id: MessageID, _ status: DeleteCertificateStatusEnumType, _ reason: String?) {
        let info = reason.map { StatusInfoType(reasonCode: "NotAllowed", additionalInfo: String($0.prefix(500))) }
        emit(.answer(id, .deleteCertificate(DeleteCertificateResponse(status: status, statusInfo: info))))
        guard status == .accepted else { return }
        raise(.reconfigurationOfSecurityParameters, detail: "A certificate was deleted")
        inspectKeys()
    }

    // MARK: M03

    /// M03.FR.01.
    mutating func answer(_ request: GetInstalledCertificateIdsRequest, _ id: MessageID) {
        emit(.host(.keys(.list(reply: id, request.certificateType ?? []))))
    }

    /// M03.FR.02, M03.FR.03, M03.FR.04.
    mutating func answerListed(_ id: MessageID, _ chains: [CertificateHashDataChainType]) {
        let response = GetInstalledCertificateIdsResponse(
            status: chains.isEmpty ? .notFound : .accepted, certificateHashDataChain: chains.isEmpty ? nil : chains)
        emit(.answer(id, .getInstalledCertificateIds(response)))
    }
}
