// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP16
import OCPP21

extension OCPP16.MeterValueType {
    /// - Returns: Nil if 1.6 has a word for none of the samples.
    init?(_ value: OCPP21.MeterValueType) {
        guard let samples = value.sampledValue.lowered({ OCPP16.SampledValueType($0) }) else { return nil }
        let signed = value.sampledValue.compactMap { OCPP16.SampledValueType(signed: $0) }
        self.init(timestamp: value.timestamp, sampledValue: samples + signed)
    }
}

extension OCPP16.SampledValueType {
    /// - Returns: Nil if 1.6 has no word for what was measured, or for its unit: without a word it would be energy in Wh.
    init?(_ sample: OCPP21.SampledValueType) {
        guard let unit = Self.unit(sample), let value = Self.scaled(sample) else { return nil }
        self.init(value: value.description)
        self.unit = unit
        guard describe(sample) else { return nil }
    }

    /// The signed data of a sample as a sample of its own, as the whitepaper on signed meter values has it.
    init?(signed sample: OCPP21.SampledValueType) {
        guard let signed = sample.signedMeterValue else { return nil }
        self.init(value: signed.signedMeterData, format: .signedData)
        guard describe(sample) else { return nil }
    }

    /// - Returns: False if 1.6 has no word for what was measured.
    private mutating func describe(_ sample: OCPP21.SampledValueType) -> Bool {
        context = sample.context.flatMap { OCPP16.ReadingContextEnumType(like: $0) }
        phase = sample.phase.flatMap { OCPP16.PhaseEnumType(like: $0) }
        // Upstream of the station is where its inlet is.
        location = sample.location.map { OCPP16.LocationEnumType(like: $0, or: .inlet) }
        measurand = sample.measurand.flatMap { OCPP16.MeasurandEnumType(like: $0) }
        return sample.measurand == nil || measurand != nil
    }

    /// - Returns: Nil for a unit 1.6 does not know; nil inside if there is none to name.
    private static func unit(_ sample: OCPP21.SampledValueType) -> OCPP16.UnitOfMeasureEnumType?? {
        guard let text = sample.unitOfMeasure?.unit else { return .some(nil) }
        switch text {
        case "Hz": return .hertz
        // What has no unit, in the words of the 2.1 appendix.
        case "", "RPM", "rpm": return .some(nil)
        case _: return OCPP16.UnitOfMeasureEnumType(word: text).map { .some($0) }
        }
    }

    private static func scaled(_ sample: OCPP21.SampledValueType) -> DecimalNumber? {
        sample.value.timesTen(to: sample.unitOfMeasure?.multiplier ?? 0)
    }
}

extension DecimalNumber {
    /// Nil beyond what fits.
    func timesTen(to power: Int) -> DecimalNumber? {
        guard power != 0 else { return self }
        guard (-18...18).contains(power) else { return nil }
        return DecimalNumber(text: "\(self)e\(power)")
    }
}

extension [OCPP21.MeterValueType] {
    /// The last reading of imported energy in whole Wh; nil without one. Readings of one phase do not count.
    var importedWh: Int? {
        for value in reversed() {
            for sample in value.sampledValue where sample.isImportedEnergy {
                let kilo = sample.unitOfMeasure?.unit == "kWh" ? 3 : 0
                let power = (sample.unitOfMeasure?.multiplier ?? 0).clamped(to: -15...15) + kilo
                if let wh = sample.value.timesTen(to: power)?.whole { return wh }
            }
        }
        return nil
    }

    /// Whether it says more than the imported energy, which starts and ends of transactions carry anyhow.
    var saysMore: Bool { contains { value in value.sampledValue.contains { !$0.isImportedEnergy } } }
}

extension OCPP21.SampledValueType {
    var isImportedEnergy: Bool {
        guard phase == nil else { return false }
        return measurand == nil || measurand == .energyActiveImportRegister
    }
}

extension Int {
    func clamped(to range: ClosedRange<Int>) -> Int { Swift.min(range.upperBound, Swift.max(range.lowerBound, self)) }
}
