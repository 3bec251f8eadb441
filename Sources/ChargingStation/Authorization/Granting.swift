// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// Lets `grant` charge at an EVSE, or at the one that it will be plugged in at.
    /// - Returns: Whether there is such a one.
    @discardableResult
    mutating func give(_ grant: Grant, at evse: Int?) -> Bool {
        guard let index = evse.map({ index(ofEVSE: $0) }) ?? place(for: grant) else {
            return evse == nil && wait(for: grant)
        }
        guard maySettle(grant, index) else {
            emit(.notice("EVSE \(evses[index].id) is not for this token now."))
            return false
        }
        var grant = grant
        useReservation(&grant, index)
        authorize(index, grant)
        return true
    }

    /// C01.FR.21, C01.FR.23, G03, H01: whether a token may be used at an EVSE now.
    func maySettle(_ grant: Grant, _ index: Int) -> Bool {
        let evse = evses[index]
        guard !evse.conditions.isAuthorized, grant.mayUse(evse.id), !isOutOfService(index), !isHeldBack(index),
            grant.remoteStartId != nil || !isBeingPaid(index),
            evse.report.connector != .faulted, evse.report.connector != .unavailable,
            evse.transaction?.isInterrupted != true
        else { return false }
        if let first = evse.transaction?.idToken, let token = grant.idToken, !first.matches(token) { return false }
        return mayUseReserved(grant.idToken, grant.groupIdToken, index)
    }

    /// The EVSE with a car that waits, or the only one there is.
    private func place(for grant: Grant) -> Int? {
        let usable = evses.indices.filter { maySettle(grant, $0) }
        if let index = usable.first(where: { evses[$0].conditions.isConnected }) { return index }
        return evses.count == 1 ? usable.first : nil
    }

    private mutating func wait(for grant: Grant) -> Bool {
        guard evses.indices.contains(where: { maySettle(grant, $0) }) else { return false }
        authorization.waiting = Authorization.Waiting(grant: grant, until: connectionDeadline)
        return true
    }

    /// A car is plugged in: whoever has been waiting for it may charge. The EVSE is told with the events that follow
    /// (F01.FR.20).
    mutating func takeWaitingGrant(_ index: Int) -> Grant? {
        guard let waiting = authorization.waiting, maySettle(waiting.grant, index) else { return nil }
        authorization.waiting = nil
        var grant = waiting.grant
        useReservation(&grant, index)
        return grant
    }

    mutating func advanceWaiting() {
        guard let until = authorization.waiting?.until, now.monotonic >= until else { return }
        authorization.waiting = nil
    }

    /// Where nobody is asked who charges, plugging in is enough.
    mutating func authorizeByPlug(_ index: Int) {
        guard setup.role == .inCharge, !variables.flag(AuthorizationVariables.enabled),
            !evses[index].conditions.isAuthorized
        else { return }
        give(Grant(idToken: .nobody), at: evses[index].id)
    }

    // MARK: Contracts

    /// C07: a car with a contract. The answer goes to the host as well, which has a car waiting.
    /// C07.FR.01.
    mutating func presentContract(
        _ token: IdTokenType, at evse: Int, certificate: String?, hashes: [OCSPRequestDataType], isVerified: Bool
    ) {
        guard setup.role == .inCharge else { return }
        let question = Authorization.Asking(
            idToken: token, evse: evse, isContract: true, isUnverified: !isVerified)
        guard variables.flag(AuthorizationVariables.plugAndCharge) else {
            return refuse(
                question, IdTokenInfoType(status: .invalid),
                because: "Plug & Charge is off (PnCEnabled of ISO15118Ctrlr)")
        }
        guard isOnline, variables.flag(AuthorizationVariables.enabled) else { return resolve(question) }
        // C07.FR.02, C07.FR.06.
        let isCentral = variables.flag(AuthorizationVariables.contractsCentrally)
        guard isVerified || isCentral else {
            return refuse(
                question, IdTokenInfoType(status: .invalid),
                because: "its contract's root is not known here, and CentralContractValidationAllowed is false")
        }
        authorization.ask(question)
        call(
            .authorize(
                AuthorizeRequest(
                    idToken: token, certificate: isCentral ? certificate : nil,
                    iso15118CertificateHashData: hashes.isEmpty ? nil : Array(hashes.prefix(4)))))
    }

    // MARK: Cache and list

    /// C10.FR.04, C10.FR.05; not what is made for one use or for nobody (C02.FR.03, C05.FR.02).
    /// C04.FR.03, C10.FR.01, C10.FR.02, C12.FR.06.
    mutating func cacheToken(_ token: IdTokenType, _ info: IdTokenInfoType, _ tariff: TariffType? = nil) {
        guard variables.flag(AuthorizationVariables.cacheEnabled), !token.isNobody, !token.isCentral else { return }
        keepCache(authorization.cache.store(token, info, tariff, at: now.seconds))
    }

    mutating func keepCache(_ changes: [AuthorizationCache.Change]) {
        for change in changes {
            switch change {
            case .keep(let entry): emit(.keep(key: "authorization-cache/\(entry.slot)", entry.keptBytes))
            case .forget(let slot): emit(.keep(key: "authorization-cache/\(slot)", nil))
            }
        }
        countTokens()
    }

    /// D01.FR.12.
    mutating func countTokens() {
        variables.report(String(authorization.cache.entries.count), as: AuthorizationVariables.cacheEntries)
        variables.report(String(authorization.list.entries.count), as: AuthorizationVariables.listEntries)
    }

    /// C11.
    /// C11.FR.01, C11.FR.02, C11.FR.03, C11.FR.04.
    mutating func answer(_ request: ClearCacheRequest) -> ClearCacheResponse {
        guard variables.flag(AuthorizationVariables.cacheEnabled) else { return ClearCacheResponse(status: .rejected) }
        keepCache(authorization.cache.clear())
        return ClearCacheResponse(status: .accepted)
    }

    /// D01.
    /// D01.FR.02, D01.FR.10, D01.FR.13.
    mutating func answer(_ request: SendLocalListRequest) -> SendLocalListResponse {
        guard variables.flag(AuthorizationVariables.listEnabled) else {
            return SendLocalListResponse(status: .failed, statusInfo: StatusInfoType(reasonCode: "NotEnabled"))
        }
        let (status, changes) = authorization.list.take(request)
        for change in changes {
            switch change {
            case .keep(let slot, let data): emit(.keep(key: "local-list/\(slot)", data.keptBytes))
            case .forget(let slot): emit(.keep(key: "local-list/\(slot)", nil))
            }
        }
        if status == .accepted {
            emit(.keep(key: "local-list-version", Array(String(authorization.list.version).utf8)))
            countTokens()
        }
        return SendLocalListResponse(status: status)
    }

    /// D02.
    /// D02.FR.01, D02.FR.03.
    func answer(_ request: GetLocalListVersionRequest) -> GetLocalListVersionResponse {
        let isEnabled = variables.flag(AuthorizationVariables.listEnabled)
        return GetLocalListVersionResponse(versionNumber: isEnabled ? authorization.list.version : 0)
    }
}
