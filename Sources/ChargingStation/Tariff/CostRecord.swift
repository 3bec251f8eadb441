// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// An account as it is kept through a restart.
struct CostRecord: OCPPObject {
    var account: CostAccount

    init(_ account: CostAccount) { self.account = account }

    static let fields: [StaticString] = [
        "tariff", "isDriverTariff", "kind", "startedAt", "energy", "chargingTime", "idleTime", "reservationTime",
        "periods", "time", "imported", "isCharging", "charges", "isFrozen", "lacksEnergy",
    ]

    func write(to writer: inout PayloadWriter) {
        let it = account
        writer.beginObject()
        writer.object("tariff", it.tariff)
        writer.boolean("isDriverTariff", it.isDriverTariff)
        writer.word("kind", it.kind)
        writer.integer("startedAt", Int(it.startedAt))
        writer.integer("energy", Int(it.energy))
        writer.integer("chargingTime", Int(it.chargingTime))
        writer.integer("idleTime", Int(it.idleTime))
        writer.integer("reservationTime", Int(it.reservationTime))
        writer.objects("periods", it.periods.map(KeptPeriod.init))
        writer.integer("time", Int(it.last.time))
        writer.integer("imported", it.last.imported.map { Int($0.milli) })
        writer.boolean("isCharging", it.last.isCharging)
        writer.texts("charges", it.sums.map { String($0) })
        writer.boolean("isFrozen", it.isFrozen)
        writer.boolean("lacksEnergy", it.lacksEnergy)
        writer.endObject()
    }

    init(from reader: inout PayloadReader) throws(Violation) {
        var members = try reader.object()
        var tariff: TariffType?
        var kind = EvseKindEnumType.ac
        var last = CostAccount.Observation(time: 0, isCharging: false)
        var sums: [Int128] = []
        var startedAt: Int64 = 0
        var it = CostAccount(
            TariffType(tariffId: "", currency: ""), isDriverTariff: false, kind: kind, startedAt: 0, first: last)
        while let field = try reader.field(of: Self.fields, &members) {
            switch field {
            case 0: tariff = try TariffType(from: &reader)
            case 1: it.isDriverTariff = try reader.boolean()
            case 2: kind = try reader.word(EvseKindEnumType.self)
            case 3: startedAt = Int64(try reader.integer())
            case 4: it.energy = Int64(try reader.integer())
            case 5: it.chargingTime = Int64(try reader.integer())
            case 6: it.idleTime = Int64(try reader.integer())
            case 7: it.reservationTime = Int64(try reader.integer())
            case 8:
                it.periods = try reader.objects(KeptPeriod.self, 0, CostAccount.mostPeriods).map(\.period)
            case 9: last.time = Int64(try reader.integer())
            case 10: last.imported = Energy(milli: Int64(try reader.integer()))
            case 11: last.isCharging = try reader.boolean()
            case 12: sums = try reader.texts(40, 0, 20).compactMap { Int128($0) }
            case 13: it.isFrozen = try reader.boolean()
            case _: it.lacksEnergy = try reader.boolean()
            }
        }
        guard let tariff else { throw reader.missing("tariff", members) }
        account = CostAccount(
            tariff, isDriverTariff: it.isDriverTariff, kind: kind, startedAt: startedAt, first: last)
        account.energy = it.energy
        account.chargingTime = it.chargingTime
        account.idleTime = it.idleTime
        account.reservationTime = it.reservationTime
        account.periods = it.periods
        account.isFrozen = it.isFrozen
        account.lacksEnergy = it.lacksEnergy
        account.restore(sums)
    }
}

extension CostAccount {
    /// What is to be paid, in the order in which it is kept.
    fileprivate var sums: [Int128] {
        [
            energyCharge.product, chargingCharge.product, idleCharge.product, reservationCharge.product,
            fixed.billionths, reservationFixed.billionths, settled.energy.net.billionths,
            settled.energy.gross.billionths, settled.chargingTime.net.billionths,
            settled.chargingTime.gross.billionths, settled.idleTime.net.billionths, settled.idleTime.gross.billionths,
        ]
    }

    fileprivate mutating func restore(_ sums: [Int128]) {
        guard sums.count == 12 else { return }
        energyCharge.product = sums[0]
        chargingCharge.product = sums[1]
        idleCharge.product = sums[2]
        reservationCharge.product = sums[3]
        fixed = Money(billionths: sums[4])
        reservationFixed = Money(billionths: sums[5])
        settled.energy = Amount(net: Money(billionths: sums[6]), gross: Money(billionths: sums[7]))
        settled.chargingTime = Amount(net: Money(billionths: sums[8]), gross: Money(billionths: sums[9]))
        settled.idleTime = Amount(net: Money(billionths: sums[10]), gross: Money(billionths: sums[11]))
    }
}

private struct KeptPeriod: OCPPObject {
    var period: CostAccount.Period

    init(_ period: CostAccount.Period) { self.period = period }

    static let fields: [StaticString] = ["tariffId", "start", "energy", "charging", "idle", "power", "current"]

    func write(to writer: inout PayloadWriter) {
        writer.beginObject()
        writer.text("tariffId", period.tariffId)
        writer.integer("start", Int(period.start))
        writer.integer("energy", Int(period.energy))
        writer.integer("charging", Int(period.charging))
        writer.integer("idle", Int(period.idle))
        writer.integers("power", period.power.map { [Int($0.lowerBound), Int($0.upperBound)] })
        writer.integers("current", period.current.map { [Int($0.lowerBound), Int($0.upperBound)] })
        writer.endObject()
    }

    init(from reader: inout PayloadReader) throws(Violation) {
        var members = try reader.object()
        period = CostAccount.Period(tariffId: "", start: 0)
        while let field = try reader.field(of: Self.fields, &members) {
            switch field {
            case 0: period.tariffId = try reader.text(60)
            case 1: period.start = Int64(try reader.integer())
            case 2: period.energy = Int64(try reader.integer())
            case 3: period.charging = Int64(try reader.integer())
            case 4: period.idle = Int64(try reader.integer())
            case 5: period.power = range(try reader.integers(.min, .max, 2, 2))
            case _: period.current = range(try reader.integers(.min, .max, 2, 2))
            }
        }
    }

    private func range(_ bounds: [Int]) -> ClosedRange<Int64>? {
        guard bounds.count == 2, bounds[0] <= bounds[1] else { return nil }
        return Int64(bounds[0])...Int64(bounds[1])
    }
}
