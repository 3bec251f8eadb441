// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    // MARK: The account of a transaction

    func observation(_ index: Int) -> CostAccount.Observation {
        let report = evses[index].report
        return CostAccount.Observation(
            time: now.seconds, imported: report.imported, power: report.power,
            current: report.current.map { Current(milli: $0.l1.milli + $0.l2.milli + $0.l3.milli) },
            isCharging: Self.transfers(report.flow))
    }

    func kind(_ index: Int) -> EvseKindEnumType {
        switch evses[index].setup.supply {
        case .alternating: .ac
        case .direct: .dc
        }
    }

    /// I07.FR.14, I07.FR.32, I08.FR.04, I08.FR.22: whoever is authorised has a tariff of theirs, or the EVSE's. It is
    /// accepted by going on.
    mutating func adoptTariff(_ index: Int) {
        guard variables.flag(TariffVariables.tariffs), setup.role == .inCharge,
            evses[index].transaction?.account == nil,
            let grant = evses[index].grant, !grant.hasCentralCost
        else { return }
        let own = grant.tariff
        guard let tariff = own ?? tariffs.current(evses[index].id, at: now.seconds) else { return }
        openAccount(index, tariff, isDriverTariff: own != nil)
        let payment = payment(grant.idToken)
        evses[index].transaction?.account?.begin(setup.clock, payment: payment, reservedAt: grant.reservedAt)
        evses[index].transaction?.unreported.tariffId = tariff.tariffId
    }

    mutating func openAccount(_ index: Int, _ tariff: TariffType, isDriverTariff: Bool) {
        let account = CostAccount(
            tariff, isDriverTariff: isDriverTariff, kind: kind(index),
            startedAt: evses[index].transaction?.startedAt ?? now.seconds, first: observation(index))
        let due = costInterval
        evses[index].transaction?.account = account
        evses[index].transaction?.costDue = due
    }

    private var costInterval: Instant? {
        guard variables.flag(TariffVariables.runningCosts), variables.flag(TariffVariables.costs) else { return nil }
        return variables.integer(TariffVariables.costInterval).map { now.monotonic + .seconds(max(1, $0)) }
    }

    private func payment(_ token: IdTokenType?) -> [String: String] {
        Dictionary(
            (token?.additionalInfo ?? []).map { ($0.type, $0.additionalIdToken) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Brings the account up to now.
    private mutating func count(_ index: Int) {
        guard evses[index].transaction?.account != nil else { return }
        let observation = observation(index)
        evses[index].transaction?.account?.advance(to: observation, setup.clock)
        let total = evses[index].transaction?.account?.total.gross.decimal
        if variables.flag(TariffVariables.costs) { evses[index].transaction?.totalCost = total }
        watchAccount(index)
    }

    mutating func advanceCosts() {
        for index in evses.indices where evses[index].transaction?.isInterrupted == false {
            count(index)
            guard evses[index].transaction?.account != nil else { continue }
            let next = costInterval
            let at = evses[index].transaction?.costDue ?? next
            evses[index].transaction?.costDue = at
            guard let at, now.monotonic >= at else { continue }
            evses[index].transaction?.costDue = next
            // I12.FR.02, I12.FR.03.
            if next != nil { sendEvent(.updated, index, because: .runningCost) }
        }
    }

    /// I12.FR.42.
    /// I03.FR.01, I08.FR.06, I08.FR.07, C20.FR.06.
    mutating func finishTariff(_ index: Int) {
        count(index)
        emit(.keep(key: costKey(index), nil))
        if evses[index].transaction?.account?.fails == false { solveProblem() }
    }

    /// Adds the costs to an event that tells of them: the last one, and with running costs the first and those in
    /// between.
    mutating func reportCost(
        _ kind: TransactionEventEnumType, _ index: Int, in request: inout TransactionEventRequest
    ) {
        guard let account = evses[index].transaction?.account, variables.flag(TariffVariables.costs) else { return }
        let isRunning = variables.flag(TariffVariables.runningCosts)
        switch kind {
        case .ended: request.costDetails = account.details(isFinal: true)
        case .started: if isRunning { request.costDetails = account.details(isFinal: false) }
        case .updated:
            if isRunning, request.triggerReason == .runningCost {
                request.costDetails = account.details(isFinal: false)
            }
        }
    }

    // MARK: Keeping

    private func costKey(_ index: Int) -> String { "transaction-cost/\(evses[index].id)" }

    mutating func keepAccount(_ index: Int) {
        guard let account = evses[index].transaction?.account else { return }
        emit(.keep(key: costKey(index), CostRecord(account).keptBytes))
    }

    mutating func restoreAccount(_ index: Int, _ kept: [String: [UInt8]]) {
        let account = CostRecord(keptBytes: kept[costKey(index)])?.account
        evses[index].transaction?.account = account
    }

    // MARK: The backend's costs

    /// I02.
    /// I02.FR.02.
    mutating func answer(_ request: CostUpdatedRequest) -> CostUpdatedResponse {
        if let index = index(ofTransaction: request.transactionId) {
            takeCost(index, request.totalCost)
        } else {
            correctFinalCost(request)
        }
        return CostUpdatedResponse()
    }

    /// Counts only where the station does not calculate itself (E16.FR.15, E16.FR.16).
    mutating func takeCost(_ index: Int, _ cost: DecimalNumber) {
        guard evses[index].transaction?.account == nil || !variables.flag(TariffVariables.costs) else { return }
        evses[index].transaction?.totalCost = cost
        meetLimits(index)
    }

    // MARK: Trouble

    /// I12.FR.14, I12.FR.18, I12.FR.19.
    private mutating func watchAccount(_ index: Int) {
        if evses[index].transaction?.account?.fails == true { raiseProblem("The meter gives no energy.") }
    }

    /// I08.FR.30, I08.FR.37.
    mutating func raiseProblem(_ text: String) {
        guard !variables.flag(TariffVariables.problem) else { return }
        variables.report("true", as: TariffVariables.problem)
        notifyProblem("true", text)
    }

    /// I08.FR.35, I08.FR.36, I12.FR.43, I12.FR.44.
    mutating func solveProblem() {
        guard variables.flag(TariffVariables.problem) else { return }
        variables.report("false", as: TariffVariables.problem)
        notifyProblem("false", nil)
    }

    private mutating func notifyProblem(_ value: String, _ text: String?) {
        let event = EventDataType(
            eventId: draw(0...2_147_483_647), timestamp: now.dateTime, trigger: .alerting, actualValue: value,
            component: ComponentType(name: "TariffCostCtrlr"), eventNotificationType: .hardWiredNotification,
            variable: VariableType(name: "Problem"), techInfo: text)
        call(.notifyEvent(NotifyEventRequest(generatedAt: now.dateTime, seqNo: 0, eventData: [event])))
    }
}
