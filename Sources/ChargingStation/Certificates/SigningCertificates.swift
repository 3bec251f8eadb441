// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    private var signingWait: Int { variables.integer(SecurityVariables.signingWait) ?? 30 }

    // MARK: Asking

    /// Whether the backend may have a certificate renewed (A02, F06).
    func signingTriggerStatus(_ purpose: CertificateSigningUseEnumType) -> TriggerMessageStatusEnumType {
        switch purpose {
        case .chargingStationCertificate: break
        case .v2GCertificate, .v2G20Certificate:
            guard setup.evses.contains(where: \.speaksISO15118) else { return .notImplemented }
            guard variables.flag(SecurityVariables.signsForVehicles) else { return .rejected }
        }
        return subject(purpose) == nil ? .rejected : .accepted
    }

    /// - Returns: Whether it is under way now. Not without the names that go into the request (A02, prerequisites).
    @discardableResult
    mutating func beginSigning(_ purpose: CertificateSigningUseEnumType) -> Bool {
        guard let subject = subject(purpose) else { return false }
        if certificates.signing[purpose]?.begin() == true {
            forgetSigning(purpose)
            emit(.host(.keys(.makeKey(purpose, subject))))  // A02.FR.02, A03.FR.02
        }
        return true
    }

    private func subject(_ purpose: CertificateSigningUseEnumType) -> CertificateSubject? {
        let organization = variables.text(SecurityVariables.organization)
        let (name, owner, country): (String?, String?, String?) =
            switch purpose {
            case .chargingStationCertificate: (setup.serialNumber, organization, nil)
            case .v2GCertificate, .v2G20Certificate:
                (
                    variables.text(SecurityVariables.vehicleSide),
                    variables.text(SecurityVariables.vehicleSideOrganization) ?? organization,
                    variables.text(SecurityVariables.vehicleSideCountry)
                )
            }
        guard let name, let owner, !name.isEmpty, !owner.isEmpty else { return nil }
        return CertificateSubject(commonName: name, organization: owner, country: country)
    }

    /// A02.FR.03; the certificate type says which (A02.FR.13, A02.FR.22, A02.FR.23), the root who is to sign
    /// (A02.FR.27).
    mutating func requestSignature(
        _ purpose: CertificateSigningUseEnumType, _ csr: String, _ root: CertificateHashDataType?
    ) {
        let request = SignCertificateRequest(
            csr: csr, certificateType: purpose,
            hashRootCertificate: purpose == .chargingStationCertificate ? nil : root,
            requestId: draw(1...Int(Int32.max)))  // A02.FR.24
        let wait = signingWait
        guard certificates.signing[purpose]?.send(request, at: now.monotonic, wait: wait) == true else { return }
        emit(.keep(key: Certificates.key(purpose), request.keptBytes))
        call(.signCertificate(request), .triggered)
    }

    mutating func keyFailed(_ purpose: CertificateSigningUseEnumType, _ reason: String?) {
        certificates.signing[purpose]?.stop()
        emit(.notice("No key for the \(purpose.word) could be made: \(reason ?? "no reason given")."))
    }

    mutating func take(_ response: SignCertificateResponse, to request: SignCertificateRequest) {
        let purpose = request.certificateType ?? .chargingStationCertificate
        let wait = signingWait
        switch response.status {
        case .accepted: certificates.signing[purpose]?.taken(request, at: now.monotonic, wait: wait)
        case .rejected: stopSigning(purpose, request)
        }
    }

    /// One that got no answer is repeated like one whose certificate does not come.
    mutating func signCertificateFailed(_ failure: CallFailure, _ request: SignCertificateRequest) {
        let purpose = request.certificateType ?? .chargingStationCertificate
        switch failure {
        case .refused, .notInThisVersion: stopSigning(purpose, request)
        case .timedOut, .unusable: break
        }
    }

    private mutating func stopSigning(_ purpose: CertificateSigningUseEnumType, _ request: SignCertificateRequest) {
        certificates.signing[purpose]?.refused(request)
        forgetSigning(purpose)
        // A02.FR.21: without a certificate there is no Plug & Charge.
        let plugAndCharge = AuthorizationVariables.plugAndCharge
        guard purpose == .v2GCertificate, variables.flag(plugAndCharge) else { return }
        variables.report("false", as: plugAndCharge)
    }

    mutating func repeatSigning() {
        let most = variables.integer(SecurityVariables.signingRepetitions) ?? 0
        let wait = signingWait
        for purpose in CertificateSigningUseEnumType.allCases {
            let again = certificates.signing[purpose]?.repeated(at: now.monotonic, wait: wait, most: most)
            if let again { call(.signCertificate(again), .volatile) }  // A02.FR.17
            if certificates.signing[purpose]?.phase == .stopped { forgetSigning(purpose) }
        }
    }

    private mutating func forgetSigning(_ purpose: CertificateSigningUseEnumType) {
        guard certificates.signing[purpose]?.request == nil else { return }
        emit(.keep(key: Certificates.key(purpose), nil))
    }

    // MARK: Expiry. Everything else goes as if the backend had asked for it: A03.FR.03, A03.FR.05, A03.FR.06, A03.FR.07,
    // A03.FR.08, A03.FR.10, A03.FR.13, A03.FR.15, A03.FR.16, A03.FR.17, A03.FR.18, A03.FR.19, A03.FR.20, A03.FR.22,
    // A03.FR.23, A03.FR.25.

    /// A certificate is renewed a month before its end (A03.FR.02).
    static let renewalTime: Int64 = 30 * 86_400

    mutating func renewBeforeExpiry() {
        for own in certificates.inventory?.own ?? [] where now.seconds >= own.expiresAt - Self.renewalTime {
            guard certificates.signing[own.purpose]?.phase == .idle else { continue }
            beginSigning(own.purpose)
        }
    }

    // MARK: Receiving

    /// A02.FR.06: the host checks it; the answer follows.
    mutating func answer(_ request: CertificateSignedRequest, _ id: MessageID) {
        let purpose = request.certificateType ?? purposeThatWaits(request.requestId)
        let longest = variables.integer(SecurityVariables.longestChain) ?? 10_000
        guard request.certificateChain.utf8.count <= longest else {  // A02.FR.16
            return refuseSigned(id, "ChainTooLong")
        }
        guard certificates.signing[purpose]?.check(request.requestId, reply: id) == true else {
            return refuseSigned(id, "UnknownRequestId")  // A02.FR.26
        }
        let name = purpose == .chargingStationCertificate ? setup.serialNumber : nil
        emit(.host(.keys(.adopt(reply: id, purpose, chain: request.certificateChain, commonName: name))))
    }

    /// Backends may leave the type out; then the number tells, else it is the station's own.
    private func purposeThatWaits(_ requestID: Int?) -> CertificateSigningUseEnumType {
        guard let requestID else { return .chargingStationCertificate }
        return certificates.signing.first { $0.value.request?.requestId == requestID }?.key
            ?? .chargingStationCertificate
    }

    private mutating func refuseSigned(_ id: MessageID, _ reason: String) {
        let info = StatusInfoType(reasonCode: reason)
        emit(.answer(id, .certificateSigned(CertificateSignedResponse(status: .rejected, statusInfo: info))))
    }

    mutating func answerSigned(_ id: MessageID, _ purpose: CertificateSigningUseEnumType, _ reason: String?) {
        guard certificates.signing[purpose]?.checked(reply: id, isGood: reason == nil) == true else { return }
        forgetSigning(purpose)
        guard let reason else { return useRenewed(id, purpose) }
        let info = StatusInfoType(reasonCode: "InvalidCertificate", additionalInfo: String(reason.prefix(500)))
        emit(.answer(id, .certificateSigned(CertificateSignedResponse(status: .rejected, statusInfo: info))))
        raise(.invalidChargingStationCertificate, detail: reason)  // A02.FR.07
    }

    /// A02.FR.08: good, and used from now on.
    private mutating func useRenewed(_ id: MessageID, _ purpose: CertificateSigningUseEnumType) {
        emit(.answer(id, .certificateSigned(CertificateSignedResponse(status: .accepted))))
        raise(.reconfigurationOfSecurityParameters, detail: purpose.word)
        inspectKeys()
        guard purpose == .chargingStationCertificate else { return certificates.statuses.refresh() }  // M06.FR.07
        guard securityProfile == 3 else {
            // Nobody is shown it yet, so it need not prove itself.
            return emit(.host(.keys(.settleStationCertificate(keepsRenewed: true))))
        }
        security.proofs.certificateChange.begin()
        emit(.keep(key: Proofs.certificateKey, Proofs.mark))
        security.wantsReconnect = true
    }
}
