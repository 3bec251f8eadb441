// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    var isOnline: Bool { boot.phase == .accepted }

    /// Somebody shows a token: to stop what it started, or to start. With a backend that only reads, another one
    /// decides. E08.FR.01, E08.FR.03.
    mutating func present(_ token: IdTokenType, at evse: Int?) {
        guard setup.role == .inCharge else { return }
        // C01.FR.03, E07.FR.01: whoever started may always stop, and so may anyone what nobody started.
        let startedBySame = authorizedIndices(at: evse).first {
            evses[$0].grant?.idToken.map { $0.matches(token) || $0.isNobody } ?? false
        }
        if let index = startedBySame { return stop(index, by: token) }
        if releaseLocked(for: token, at: evse) { return }
        if let group = knownInfo(token).flatMap({ $0.status == .accepted ? $0.groupIdToken : nil }) {
            if isMasterPass(group) { return stopByMasterPass(token) }
            if let index = authorizedIndex(of: group, at: evse) { return stop(index, by: token) }
        }
        resolve(Authorization.Asking(idToken: token, evse: evse))
    }

    private func authorizedIndices(at evse: Int?) -> [Int] {
        evses.indices.filter { (evse ?? evses[$0].id) == evses[$0].id && evses[$0].conditions.isAuthorized }
    }

    /// C09.FR.03: the same group, unless it is none.
    /// C09.FR.07, C09.FR.11, E08.FR.02, E08.FR.04.
    private func authorizedIndex(of group: IdTokenType, at evse: Int?) -> Int? {
        authorizedIndices(at: evse).first {
            (evses[$0].transaction?.groupIdToken ?? evses[$0].grant?.groupIdToken)?.matches(group) ?? false
        }
    }

    /// E07.FR.02.
    private mutating func stop(_ index: Int, by token: IdTokenType) {
        deauthorize(index, Occurrence(.stopAuthorized, stopped: .local, idToken: token))
    }

    private func isMasterPass(_ group: IdTokenType?) -> Bool {
        guard let group, let pass = variables.text(AuthorizationVariables.masterPass), !pass.isEmpty else {
            return false
        }
        return group.idToken.lowercased() == pass.lowercased()
    }

    /// C16.FR.02, C16.FR.08.
    private mutating func stopByMasterPass(_ token: IdTokenType) {
        for index in evses.indices where evses[index].conditions.isAuthorized || evses[index].transaction != nil {
            let occurrence = Occurrence(.stopAuthorized, stopped: .masterPass, idToken: token)
            evses[index].transaction?.stoppedReason = .masterPass
            deauthorize(index, occurrence)
        }
    }

    // MARK: Finding out

    /// The list before the cache (C13.FR.01).
    /// C16.FR.04, C16.FR.05, H03.FR.07, H03.FR.08.
    func knownInfo(_ token: IdTokenType) -> IdTokenInfoType? { listInfo(token) ?? cacheInfo(token) }

    private func listInfo(_ token: IdTokenType) -> IdTokenInfoType? {
        guard variables.flag(AuthorizationVariables.listEnabled) else { return nil }
        return authorization.list.find(token, at: now.seconds)
    }

    private func cacheInfo(_ token: IdTokenType) -> IdTokenInfoType? {
        guard variables.flag(AuthorizationVariables.cacheEnabled) else { return nil }
        let lifeTime = Int64(variables.integer(AuthorizationVariables.cacheLifeTime) ?? 0)
        return authorization.cache.find(token, at: now.seconds, lifeTime: lifeTime)
    }

    /// Decides on what is known here, or asks the backend.
    /// C01.FR.05, C10.FR.11, C13.FR.02, C13.FR.03, C13.FR.05, C14.FR.01, C14.FR.04, C15.FR.01.
    mutating func resolve(_ question: Authorization.Asking) {
        let token = question.idToken
        let accepted = IdTokenInfoType(status: .accepted)
        // C02.FR.01, and where nobody is asked.
        if token.isNobody || !variables.flag(AuthorizationVariables.enabled) { return settle(question, accepted) }
        if question.isContract { return resolveOffline(question) }
        let known = knownInfo(token)
        guard isOnline, !variables.flag(AuthorizationVariables.withoutBackend) else { return resolveOffline(question) }
        if let known, variables.flag(AuthorizationVariables.localPre) {
            // C14.FR.02, C12.FR.02; another status is asked about (C14.FR.03, C12.FR.05), unless that is switched off.
            if known.status == .accepted || asksNever(token) { return settle(question, known) }
        }
        ask(question)
    }

    private func asksNever(_ token: IdTokenType) -> Bool {
        variables.flag(
            listInfo(token) != nil ? AuthorizationVariables.listAsksNever : AuthorizationVariables.cacheAsksNever)
    }

    /// C13, C15: without the backend.
    /// C07.FR.08, C07.FR.09, C07.FR.10, C07.FR.11, C07.FR.12.
    private mutating func resolveOffline(_ question: Authorization.Asking) {
        let refused = IdTokenInfoType(status: .unknown)
        if question.isContract, question.isUnverified || !variables.flag(AuthorizationVariables.contractsOffline) {
            return settle(question, refused)  // C07.FR.07.
        }
        if let known = knownInfo(question.idToken) {
            let isAllowed = isOnline || variables.flag(AuthorizationVariables.localOffline)
            return settle(question, isAllowed ? known : refused)
        }
        let isUnknown =
            !(variables.flag(AuthorizationVariables.listEnabled) && authorization.list.knows(question.idToken))
        // C13.FR.04, C15.FR.08.
        if !isOnline, isUnknown, variables.flag(AuthorizationVariables.unknownOffline) {
            return settle(question, IdTokenInfoType(status: .accepted))
        }
        settle(question, refused)
    }

    /// C01.FR.02, C01.FR.04, C06.FR.02, C06.FR.03, C08.FR.01, C09.FR.05, C10.FR.03.
    private mutating func ask(_ question: Authorization.Asking) {
        authorization.ask(question)
        call(.authorize(AuthorizeRequest(idToken: question.idToken)))
    }

    mutating func take(_ response: AuthorizeResponse, to request: AuthorizeRequest) {
        let tariff = response.tariff.flatMap { $0.fault == nil ? $0 : nil }
        cacheToken(request.idToken, response.idTokenInfo, tariff)
        guard let question = authorization.answered(request.idToken) else { return }
        var info = response.idTokenInfo
        // C07: a certificate that is not good is not made good by the status of its token.
        if let status = response.certificateStatus, status != .accepted, info.status == .accepted {
            info.status = .invalid
        }
        settle(question, info, response)
    }

    /// Nothing came back: as if offline.
    mutating func takeFailure(of request: AuthorizeRequest) {
        guard let question = authorization.answered(request.idToken) else { return }
        let known = knownInfo(request.idToken)
        settle(
            question,
            known?.status == .accepted ? known ?? IdTokenInfoType(status: .unknown) : IdTokenInfoType(status: .unknown))
    }

    // MARK: Deciding

    private mutating func settle(
        _ question: Authorization.Asking, _ info: IdTokenInfoType, _ response: AuthorizeResponse? = nil
    ) {
        guard info.status == .accepted else { return refuse(question, info) }
        // C12.FR.09, C16.FR.03: never to start.
        if isMasterPass(info.groupIdToken) {
            answerContract(question, false, response)
            return stopByMasterPass(question.idToken)
        }
        if question.remoteStartId == nil, let group = info.groupIdToken,
            let index = authorizedIndex(of: group, at: question.evse)
        {
            return stop(index, by: question.idToken)
        }
        var grant = Grant(
            idToken: question.idToken, groupIdToken: info.groupIdToken ?? question.groupIdToken,
            remoteStartId: question.remoteStartId, evses: info.evseId, profile: question.profile)
        grant.driver = Driver(info)
        guard addTariff(to: &grant, response) else {
            return refuse(question, info, because: "its tariff cannot be used")
        }
        let isGranted = give(grant, at: question.evse)
        if !isGranted { noteRefusal(IdTokenInfoType(status: .notAtThisTime), at: question.evse) }
        answerContract(question, isGranted, response)
    }

    /// I08.FR.04, I08.FR.05, I08.FR.10, I08.FR.30, I08.FR.31, I08.FR.32, I08.FR.33, I08.FR.34, I08.FR.35: the tariff of
    /// the driver, from the answer or from the cache.
    private mutating func addTariff(to grant: inout Grant, _ response: AuthorizeResponse?) -> Bool {
        guard variables.flag(TariffVariables.tariffs), let token = grant.idToken else { return true }
        guard var tariff = response.map(\.tariff) ?? authorization.cache.tariff(of: token) else { return true }
        guard tariff.fault != nil else {
            tariff.validFrom = nil
            grant.tariff = tariff
            solveProblem()
            return true
        }
        raiseProblem("The driver's tariff cannot be processed.")
        switch variables.text(TariffVariables.failedTariff) {
        case "UseDefaultTariff": return true
        case "CentralCost":
            grant.hasCentralCost = true
            return true
        case _: return false
        }
    }

    mutating func refuse(
        _ question: Authorization.Asking, _ info: IdTokenInfoType, because reason: String? = nil
    ) {
        // A key code is not shown in any log (C04.FR.04).
        let name = question.idToken.type == "KeyCode" ? "A key code" : "Token “\(question.idToken.idToken)”"
        emit(.notice("\(name) is refused: \(reason ?? info.status.word)."))
        noteRefusal(info, at: question.evse)
        answerContract(question, false, nil)
    }

    private mutating func answerContract(
        _ question: Authorization.Asking, _ isAccepted: Bool, _ response: AuthorizeResponse?
    ) {
        guard question.isContract, let evse = question.evse else { return }
        emit(.host(.answerContract(evse: evse, isAccepted: isAccepted, response?.allowedEnergyTransfer)))
    }
}
