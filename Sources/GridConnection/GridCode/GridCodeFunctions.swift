// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// All functions of one grid code for one charger, where the gateway executes or supervises them.
///
/// Without a measurement no function can act: what was in force stays, and after a tolerated time delivery ends, because
/// nobody would notice that the grid needs it to. Charging goes on within the limits that were in force: ending it is not
/// what any of the codes asks of a load.
package struct GridCodeFunctions: Sendable, BitwiseCopyable {
    /// Our own settings, no code's: how old a measurement may be and how long there may be none.
    package struct Silence: Sendable, BitwiseCopyable {
        package var maximumAge = Interval(nanoseconds: 2_000_000_000)
        package var tolerated = Interval(nanoseconds: 5_000_000_000)
        package init() {}
    }

    package let profile: GridCodeProfile
    package let silence: Silence
    package private(set) var frequencyResponse: FrequencyResponse
    package private(set) var voltWatt: VoltWatt
    package private(set) var reactivePower: ReactivePower
    package private(set) var enterService: EnterService
    package private(set) var ceaseToEnergise: CeaseToEnergise
    package private(set) var momentaryCessation: MomentaryCessation
    package private(set) var remotePowerLimit: RemotePowerLimit
    private var tenMinuteMean = TenMinuteMean()
    private var measuredLast: Instant
    private var power = PerUnit(millionths: 0)

    /// - Parameter seed: Of the random delay before entering service; different for every charger.
    @_noLocks
    package init(_ profile: GridCodeProfile, silence: Silence, seed: UInt64, at now: Instant) {
        self.profile = profile
        self.silence = silence
        frequencyResponse = FrequencyResponse(profile.frequencyResponse, nominal: profile.nominalFrequency)
        voltWatt = VoltWatt(profile.voltWatt)
        reactivePower = ReactivePower(profile.reactivePower)
        enterService = EnterService(profile.enterService, seed: seed, at: now)
        ceaseToEnergise = CeaseToEnergise(profile.ceaseToEnergise)
        momentaryCessation = MomentaryCessation(profile.momentaryCessation)
        remotePowerLimit = RemotePowerLimit(profile.remotePowerLimit)
        measuredLast = now
    }

    // MARK: Inputs

    @_noLocks
    package mutating func cease(_ instruction: InstructionID, at now: Instant, _ events: inout ConnectionEvents)
        -> CeaseToEnergise.Reply
    {
        _ = enterService.handle(.cease, at: now, &events)
        return ceaseToEnergise.handle(.cease, instruction, at: now, &events)
    }

    @_noLocks
    package mutating func permit(_ instruction: InstructionID, at now: Instant, _ events: inout ConnectionEvents)
        -> CeaseToEnergise.Reply
    {
        _ = enterService.handle(.permit, at: now, &events)
        return ceaseToEnergise.handle(.permit, instruction, at: now, &events)
    }

    /// The charger tripped, lost the grid or started anew.
    @_noLocks
    package mutating func interrupt(at now: Instant, _ events: inout ConnectionEvents) -> EnterService.Reply {
        enterService.handle(.interrupt, at: now, &events)
    }

    /// - Parameter limit: Of delivery, 0 to 1 per unit; nil releases.
    @_noLocks
    package mutating func limitDelivery(
        to limit: PerUnit?, _ instruction: InstructionID, at now: Instant, _ events: inout ConnectionEvents
    ) -> RemotePowerLimit.Reply {
        guard let limit else { return remotePowerLimit.release(at: now, &events) }
        return remotePowerLimit.limit(to: limit, instruction, power: power, at: now, &events)
    }

    // MARK: The step

    @_noLocks
    package mutating func step(
        _ now: Instant, _ measurement: GridMeasurement?, _ point: OperatingPoint, _ events: inout ConnectionEvents
    ) -> GridCodeOutput {
        power = point.power
        var frequency: Frequency?
        var voltage: LineVoltage?
        if let measurement, isFresh(measurement, at: now) {
            frequency = measurement.plausibleFrequency(nominal: profile.nominalFrequency)
            voltage = measurement.lineVoltage(nominal: profile.nominalVoltage)
        }
        let isMeasured = watchSilence(at: now, frequency, voltage, &events)
        watchTenMinutes(at: now, voltage, &events)

        ceaseToEnergise.advance(to: now, power: point.power, &events)
        enterService.advance(
            to: now, point.isAvailable ? condition(at: now, frequency, voltage) : .outside, &events)
        momentaryCessation.advance(to: now, voltage: voltage, &events)
        frequencyResponse.advance(to: now, frequency: frequency, power: point.power, wanted: point.wanted, &events)
        voltWatt.advance(to: now, voltage: voltage)
        remotePowerLimit.advance(to: now)
        reactivePower.advance(to: now, voltage: voltage, power: point.power)
        return output(point, isMeasured: isMeasured)
    }

    @_noLocks private func isFresh(_ measurement: GridMeasurement, at now: Instant) -> Bool {
        let age = now - measurement.measuredAt
        // A measurement from the future is a clock that lies.
        return age.nanoseconds <= silence.maximumAge.nanoseconds && age.nanoseconds >= -1_000_000_000
    }

    /// Delivery ends after a tolerated silence and then enters service anew.
    @_noLocks
    private mutating func watchSilence(
        at now: Instant, _ frequency: Frequency?, _ voltage: LineVoltage?, _ events: inout ConnectionEvents
    ) -> Bool {
        if case .some = frequency, case .some = voltage {
            measuredLast = now
            return true
        }
        if now - measuredLast > silence.tolerated { _ = enterService.handle(.leave, at: now, &events) }
        return false
    }

    @_noLocks
    private mutating func watchTenMinutes(
        at now: Instant, _ voltage: LineVoltage?, _ events: inout ConnectionEvents
    ) {
        guard let most = profile.tenMinuteVoltage else { return }
        tenMinuteMean.advance(to: now, voltage: voltage?.highest)
        if let mean = tenMinuteMean.value, mean > most {
            _ = enterService.handle(.leave, at: now, &events)
        }
    }

    @_noLocks
    private func condition(at now: Instant, _ frequency: Frequency?, _ voltage: LineVoltage?)
        -> EnterService.Condition
    {
        if let most = profile.tenMinuteVoltage, let mean = tenMinuteMean.value, mean > most { return .outside }
        return enterService.condition(voltage, frequency)
    }

    @_noLocks private func output(_ point: OperatingPoint, isMeasured: Bool) -> GridCodeOutput {
        var output = GridCodeOutput()
        output.isMeasured = isMeasured
        output.add(enterService.bound)
        output.add(momentaryCessation.bound)
        output.add(frequencyResponse.bound)
        output.add(voltWatt.bound)
        output.add(remotePowerLimit.bound)
        if !point.areSettingsVerified { output.add(ActivePowerBound(.unverifiedSettings, atLeast: .zero)) }
        output.isPermittedToDeliver = enterService.isPermittedToDeliver && point.areSettingsVerified
        output.reactivePower =
            momentaryCessation.isCeased || !enterService.isPermittedToDeliver ? nil : reactivePower.value
        return output
    }
}
