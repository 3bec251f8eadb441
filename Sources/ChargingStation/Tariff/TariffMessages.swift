// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// Whether tariffs are used here at all; the messages are refused otherwise (I07.FR.01, I11.FR.01).
    private var usesTariffs: Bool { variables.flag(TariffVariables.tariffs) && setup.role == .inCharge }

    private mutating func refuseTariffs(_ id: MessageID) {
        emit(.refuse(id, Refusal(.notSupported, "Costs are not calculated on this station.")))
    }

    // MARK: I07

    mutating func take(_ request: SetDefaultTariffRequest, _ id: MessageID) {
        guard usesTariffs else { return refuseTariffs(id) }
        let response = answer(request)
        emit(.answer(id, .setDefaultTariff(response)))
        settleTariffs()
    }

    /// I07.FR.02 to .12.
    private mutating func answer(_ request: SetDefaultTariffRequest) -> SetDefaultTariffResponse {
        let targets = evses.map(\.id).filter { request.evseId == 0 || request.evseId == $0 }
        guard !targets.isEmpty else { return rejected("UnknownEVSE") }
        switch request.tariff.fault {
        case .tooManyElements: return SetDefaultTariffResponse(status: .tooManyElements)
        case .invalid(let text):
            return SetDefaultTariffResponse(
                status: .rejected, statusInfo: StatusInfoType(reasonCode: "InvalidValue", additionalInfo: text))
        case nil: break
        }
        guard !isKnown(request.tariff.tariffId) else { return SetDefaultTariffResponse(status: .duplicateTariffId) }
        guard targets.allSatisfy({ tariffs.hasRoom($0) }) else { return rejected("OutOfStorage") }
        for evse in targets {
            let installed = tariffs.install(request.tariff, evse: evse, at: now.seconds)
            emit(.keep(key: Tariffs.key(installed), request.tariff.keptBytes))
        }
        return SetDefaultTariffResponse(status: .accepted)
    }

    private func rejected(_ reason: String) -> SetDefaultTariffResponse {
        SetDefaultTariffResponse(status: .rejected, statusInfo: StatusInfoType(reasonCode: reason))
    }

    private func isKnown(_ id: String) -> Bool {
        tariffs.has(id)
            || evses.contains { $0.transaction?.account?.tariff.tariffId == id || $0.grant?.tariff?.tariffId == id }
    }

    private mutating func settleTariffs() { forget(tariffs.settle(at: now.seconds)) }

    private mutating func forget(_ gone: [Tariffs.Installed]) {
        for installed in gone { emit(.keep(key: Tariffs.key(installed), nil)) }
    }

    // MARK: I09

    mutating func take(_ request: GetTariffsRequest, _ id: MessageID) {
        guard usesTariffs else { return refuseTariffs(id) }
        guard request.evseId == 0 || index(ofEVSE: request.evseId) != nil else {
            let refused = GetTariffsResponse(status: .rejected, statusInfo: StatusInfoType(reasonCode: "UnknownEVSE"))
            return emit(.answer(id, .getTariffs(refused)))
        }
        let all = (defaultAssignments(request.evseId) + driverAssignments(request.evseId))
        emit(
            .answer(
                id,
                .getTariffs(
                    GetTariffsResponse(
                        status: all.isEmpty ? .noTariff : .accepted, tariffAssignments: all.isEmpty ? nil : all))))
    }

    /// I09.FR.04, I09.FR.07.
    private func defaultAssignments(_ evse: Int) -> [TariffAssignmentType] {
        let wanted = tariffs.installed.filter { evse == 0 || $0.evse == evse }
        return Dictionary(grouping: wanted, by: \.tariff.tariffId).sorted { $0.key < $1.key }.map { id, installed in
            TariffAssignmentType(
                tariffId: id, tariffKind: .defaultTariff, validFrom: installed.first?.tariff.validFrom,
                evseIds: installed.map(\.evse).sorted())
        }
    }

    /// I09.FR.05, I09.FR.06; of whoever is authorised without a transaction only the token.
    private func driverAssignments(_ evse: Int) -> [TariffAssignmentType] {
        let running = evses.compactMap { state -> TariffAssignmentType? in
            guard evse == 0 || evse == state.id, let account = state.transaction?.account, account.isDriverTariff else {
                return nil
            }
            return TariffAssignmentType(
                tariffId: account.tariff.tariffId, tariffKind: .driverTariff, evseIds: [state.id],
                idTokens: state.transaction?.idToken.map { [$0.idToken] })
        }
        let waiting = (evses.map { $0.transaction == nil ? $0.grant : nil } + [authorization.waiting?.grant])
            .compactMap(\.self).compactMap { grant -> TariffAssignmentType? in
                guard evse == 0, let tariff = grant.tariff else { return nil }
                return TariffAssignmentType(
                    tariffId: tariff.tariffId, tariffKind: .driverTariff, idTokens: grant.idToken.map { [$0.idToken] })
            }
        return running + waiting
    }

    // MARK: I10

    mutating func take(_ request: ClearTariffsRequest, _ id: MessageID) {
        guard usesTariffs else { return refuseTariffs(id) }
        // A transaction goes on with what it has (I10.FR.07, I07.FR.24).
        let gone = tariffs.remove {
            (request.tariffIds?.contains($0.tariff.tariffId) ?? true)
                && (request.evseId ?? 0 == 0 || request.evseId == $0.evse)
        }
        forget(gone)
        let ids = Set(gone.map(\.tariff.tariffId)).sorted()
        let results =
            ids.isEmpty
            ? [ClearTariffsResultType(status: .noTariff)]
            : ids.map { ClearTariffsResultType(status: .accepted, tariffId: $0) }
        emit(.answer(id, .clearTariffs(ClearTariffsResponse(clearTariffsResult: results))))
    }

    // MARK: I11

    mutating func take(_ request: ChangeTransactionTariffRequest, _ id: MessageID) {
        guard usesTariffs else { return refuseTariffs(id) }
        let response = answer(request)
        emit(.answer(id, .changeTransactionTariff(response)))
        guard response.status == .accepted, let index = index(ofTransaction: request.transactionId) else { return }
        changeTariff(index, request.tariff)
    }

    private func answer(_ request: ChangeTransactionTariffRequest) -> ChangeTransactionTariffResponse {
        switch request.tariff.fault {
        case .tooManyElements: return ChangeTransactionTariffResponse(status: .tooManyElements)
        case .invalid(let text):
            return ChangeTransactionTariffResponse(
                status: .rejected, statusInfo: StatusInfoType(reasonCode: "InvalidValue", additionalInfo: text))
        case nil: break
        }
        guard let index = index(ofTransaction: request.transactionId) else {
            return ChangeTransactionTariffResponse(status: .txNotFound)
        }
        if let account = evses[index].transaction?.account, account.tariff.currency != request.tariff.currency {
            return ChangeTransactionTariffResponse(status: .noCurrencyChange)
        }
        return ChangeTransactionTariffResponse(status: .accepted)
    }

    /// I11.FR.07, I11.FR.08.
    private mutating func changeTariff(_ index: Int, _ tariff: TariffType) {
        if evses[index].transaction?.account == nil {
            openAccount(index, tariff, isDriverTariff: true)
        } else {
            let observation = observation(index)
            evses[index].transaction?.account?.advance(to: observation, setup.clock)
            evses[index].transaction?.account?.change(to: tariff)
        }
        evses[index].transaction?.unreported.tariffId = tariff.tariffId
        sendEvent(.updated, index, because: .tariffChanged)
    }

    /// When the next default tariff begins, or running costs are told.
    var tariffDeadline: Instant? {
        let begins = tariffs.installed.map(\.from).filter { $0 > now.seconds }.min()
        let costs = evses.compactMap { $0.transaction?.costDue }.min()
        return [begins.map { now.monotonic + .seconds(Int(min($0 - now.seconds, 1 << 30))) }, costs].compactMap(\.self)
            .min()
    }

    mutating func advanceTariffs() {
        settleTariffs()
        advanceCosts()
    }
}
