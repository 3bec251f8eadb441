// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Metering beyond transactions.
struct Metering: Equatable, Sendable {
    /// The start of the last clock-aligned interval that was acted upon, in seconds since 1970, per use.
    var slots: [MeterUse: Int64] = [:]
    /// Per EVSE, at the last clock-aligned value outside a transaction.
    var before: [Int: Registers] = [:]
    /// Frequency and load at the connection point.
    var grid: GridReading?
}

extension Station {
    func reading(_ index: Int, for use: MeterUse, signed: Bool = false) -> MeterReading {
        let evse = evses[index]
        var reading = MeterReading()
        reading.report = evse.report
        reading.offered = offered(index)
        reading.setpoint = evse.report.target ?? evse.command?.setpoint
        reading.frequency = metering.grid?.frequency
        reading.nominalVoltage = setup.nominalVoltage
        reading.before = evse.transaction?.sampling.before[use] ?? metering.before[evse.id] ?? Registers()
        reading.phases = phaseCount(evse.setup.supply)
        reading.signature = signed ? signature(index) : nil
        return reading
    }

    private func phaseCount(_ supply: EVSEConditions.Supply) -> Int? {
        switch supply {
        case .alternating(let phases): min(3, max(1, phases))
        case .direct: nil
        }
    }

    private func offered(_ index: Int) -> PowerLimits? {
        guard let command = evses[index].command?.limits else { return evses[index].report.offered }
        return evses[index].report.offered?.narrowed(to: command) ?? command.narrowed(to: evses[index].setup.ratings)
    }

    /// One value of everything asked for; nil if nothing of it is known.
    func meterValue(
        _ index: Int, for use: MeterUse, _ context: ReadingContextEnumType, at time: DateTime? = nil
    ) -> MeterValueType? {
        let reading = reading(index, for: use, signed: isSigned(use, context))
        let values = reading.values(of: measurands(for: use, at: index), context)
        return values.isEmpty ? nil : MeterValueType(sampledValue: values, timestamp: time ?? now.dateTime)
    }

    /// Begins the next interval of `use`.
    mutating func markRegisters(_ index: Int, for use: MeterUse) {
        let report = evses[index].report
        evses[index].transaction?.sampling.before[use] = Registers(
            imported: report.imported, exported: report.exported)
    }

    /// Which values are to be signed: those of the event Ended with `SignReadings`, others only if asked for besides (2.8.4 to
    /// 2.8.6, 2.8.19, 2.8.20).
    private func isSigned(_ use: MeterUse, _ context: ReadingContextEnumType) -> Bool {
        switch use {
        case .started:
            variables.flag(MeteringVariables.signsSampled) && variables.flag(MeteringVariables.signsStarted)
        case .updated:
            variables.flag(MeteringVariables.signsSampled) && variables.flag(MeteringVariables.signsUpdated)
        case .ended: variables.flag(MeteringVariables.signsSampled)
        case .aligned:
            variables.flag(MeteringVariables.signsAligned) && variables.flag(MeteringVariables.signsAlignedUpdated)
        case .alignedEnded: variables.flag(MeteringVariables.signsAligned)
        }
    }

    /// With the public key or without, as configured; only the first of a transaction carries it with OncePerTransaction.
    private func signature(_ index: Int) -> SignedMeterValueType? {
        guard var signature = evses[index].report.signature else { return nil }
        switch variables.text(MeteringVariables.publicKey) {
        case "Never": signature.publicKey = nil
        case "OncePerTransaction" where evses[index].transaction?.nextNumber ?? 0 > 0: signature.publicKey = nil
        case _: break
        }
        return signature
    }
}
