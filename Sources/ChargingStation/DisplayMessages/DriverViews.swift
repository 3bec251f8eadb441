// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// What the display at an EVSE shows now; nil without a display, and for an EVSE there is not.
    package func driverView(evse id: Int) -> DriverView? {
        guard !setup.displayLanguages.isEmpty, let index = index(ofEVSE: id) else { return nil }
        let evse = evses[index]
        let driver = evse.transaction?.driver ?? evse.grant?.driver
        var view = DriverView(state: driverState(index), languages: languages(for: driver ?? evse.farewell?.driver))
        view.session = evse.transaction.map { session(of: $0, index) } ?? evse.farewell?.session
        view.cost = cost(index)
        view.costMessage = costMessage(index)
        view.personal = driver?.message ?? []
        view.tariff = tariffText(index)
        view.prices = prices(index)
        view.refusal = evse.refusal?.told
        view.payment = webPayment(index, view.state)
        view.messages = messages(at: index)
        return view
    }

    private func driverState(_ index: Int) -> DriverView.State {
        let evse = evses[index]
        switch connectorStatus(index) {
        case .faulted: return .faulted
        case .unavailable: if !evse.conditions.isConnected { return .unavailable }
        case .reserved: if !evse.conditions.isConnected, !evse.conditions.isAuthorized { return .reserved }
        case .available, .occupied: break
        }
        if isBeingPaid(index), !evse.conditions.isAuthorized { return .beingPaid }
        guard evse.conditions.isConnected else { return evse.conditions.isAuthorized ? .awaitingVehicle : .available }
        guard evse.conditions.isAuthorized else { return evse.farewell == nil ? .awaitingAuthorization : .finished }
        return flowState(evse.report.flow)
    }

    private func flowState(_ flow: EVSEReport.Flow) -> DriverView.State {
        switch flow {
        case .none: .preparing
        case .charging: .charging
        case .discharging: .discharging
        case .suspendedByVehicle: .suspendedByVehicle
        case .suspendedByStation: .suspendedByStation
        }
    }

    /// C01.FR.08, C01.FR.09: the languages of the driver as far as there are any messages in them, else English (C01.FR.12,
    /// C01.FR.13); of a driver who has none, that of the station.
    private func languages(for driver: Driver?) -> [String] {
        let own = driver?.languages ?? []
        let spoken = own.compactMap { wanted in
            LanguageTag.index(of: wanted, in: setup.displayLanguages).map { setup.displayLanguages[$0] }
        }
        let station = variables.text(DisplayVariables.language)
        let all = spoken + (own.isEmpty ? [station, "en"] : ["en", station]).compactMap(\.self)
        return all.enumerated().filter { !all[..<$0.offset].contains($0.element) }.map(\.element)
    }

    func session(of transaction: Transaction, _ index: Int) -> DriverView.Session {
        let report = evses[index].report
        func since(_ start: Energy?, _ now: Energy?) -> Energy? {
            guard let start, let now else { return nil }
            return max(.zero, now - start)
        }
        return DriverView.Session(
            charged: since(transaction.startImported, report.imported),
            delivered: since(transaction.startExported, report.exported),
            seconds: max(0, now.seconds - transaction.startedAt))
    }

    // MARK: Costs

    /// Nil where nobody has said in what the backend counts.
    var currency: String? {
        variables.text(TariffVariables.currency).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// I02.FR.03, I02.FR.04, I03.FR.03: as this station counts, else as the backend said last.
    private func cost(_ index: Int) -> DriverView.Cost? {
        guard let transaction = evses[index].transaction else {
            return evses[index].farewell.flatMap { $0.isSilent ? nil : $0.cost }
        }
        if let cost = accountCost(transaction, isFinal: false) { return cost }
        return transaction.totalCost.map { DriverView.Cost(total: $0, currency: currency, isFinal: false) }
    }

    func accountCost(_ transaction: Transaction, isFinal: Bool) -> DriverView.Cost? {
        guard variables.flag(TariffVariables.costs), let account = transaction.account, !account.fails else {
            return nil
        }
        let total = account.details(isFinal: isFinal).totalCost.total
        return (total.inclTax ?? total.exclTax).map {
            DriverView.Cost(total: $0, currency: account.tariff.currency, isFinal: isFinal)
        }
    }

    /// I05.FR.02: once it is clear that the sum cannot be had now.
    private func costMessage(_ index: Int) -> [MessageContentType] {
        guard evses[index].transaction == nil, let farewell = evses[index].farewell, !farewell.isSilent,
            farewell.cost == nil, !farewell.awaitsCost || offlineSince != nil
        else { return [] }
        return texts(.totalCost)
    }

    // MARK: Tariffs

    /// I04.FR.01, I07.FR.14: what the tariff in force says of itself; where there is neither that nor a text of the driver's
    /// own, what the backend wrote for this case.
    private func tariffText(_ index: Int) -> [MessageContentType] {
        if let tariff = tariff(index) { return tariff.description ?? [] }
        let evse = evses[index]
        let driver = evse.transaction?.driver ?? evse.grant?.driver
        guard driver?.message.isEmpty ?? true, evse.transaction != nil || evse.farewell == nil else { return [] }
        let offline = offlineSince == nil ? [] : texts(.offlineTariff)
        return offline.isEmpty ? texts(.tariff) : offline
    }

    private func tariff(_ index: Int) -> TariffType? {
        let evse = evses[index]
        if let account = evse.transaction?.account { return account.tariff }
        guard variables.flag(TariffVariables.tariffs), evse.transaction == nil, evse.farewell == nil,
            evse.grant?.hasCentralCost != true
        else { return nil }
        return evse.grant?.tariff ?? tariffs.current(evse.id, at: now.seconds)
    }

    /// The prices that hold now, of each kind the tariff has.
    private func prices(_ index: Int) -> [DriverView.Price] {
        guard let tariff = tariff(index) else { return [] }
        let moment = TariffMoment(
            civil: CivilMoment(now.seconds, setup.clock), kind: kind(index), energy: 0, current: 0, power: 0, time: 0,
            chargingTime: 0, idleTime: 0)
        let used = evses[index].transaction?.account?.used ?? UsedElements(tariff, at: moment)
        var prices: [DriverView.Price] = []
        func add(_ kind: DriverView.Price.Kind, _ price: DecimalNumber?, _ rates: [TaxRateType]?) {
            guard let price else { return }
            let gross = Money(price).taxed(rates).decimal
            prices.append(DriverView.Price(kind: kind, amount: gross, currency: tariff.currency))
        }
        add(.energy, used.energy.flatMap { tariff.energy?.prices[$0].priceKwh }, tariff.energy?.taxRates)
        add(
            .chargingTime, used.chargingTime.flatMap { tariff.chargingTime?.prices[$0].priceMinute },
            tariff.chargingTime?.taxRates)
        add(.idleTime, used.idleTime.flatMap { tariff.idleTime?.prices[$0].priceMinute }, tariff.idleTime?.taxRates)
        add(
            .fixedFee,
            tariff.fixedFee?.prices.first { $0.conditions?.hold(at: moment, payment: [:]) ?? true }?.priceFixed,
            tariff.fixedFee?.taxRates)
        return prices
    }

    private func texts(_ fallback: Fallback) -> [MessageContentType] {
        (setup.displayLanguages.map(Optional.some) + [nil]).compactMap { language in
            guard let text = variables.text(fallback.key(language)), !text.isEmpty else { return nil }
            return MessageContentType(format: .utf8, content: text, language: language)
        }
    }
}
