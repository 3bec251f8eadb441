// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// All rules of one connection point. A step tells what they allow together; limits only narrow, so their order does not
/// matter, and each keeps its name for the one that binds.
package struct ConnectionRules: ~Copyable, Sendable {
    private let zone: TimeZoneRules
    private var calendar: CapacityCalendar?
    private var flexible: FlexibleCapacity?
    private var consumption: LimitationMachine?
    private var production: LimitationMachine?
    private var section14a: Section14a?
    private var relay: RelayInputs?
    private var envelope: OperatingEnvelope?
    private let feedInCap: FeedInCap?
    private var scheme: LimitationScheme?
    private var returning: ReturnRamps?
    private var effects: EffectWatch

    /// - Parameter memory: What the rules knew before a restart; nil at a first start.
    package init(_ settings: ConnectionSettings, restored memory: ConnectionMemory?, at now: Instant) {
        zone = TimeZoneRules(settings.zone.transitions, until: settings.zone.end)
        calendar = settings.timed.map { CapacityCalendar($0.windows, base: $0.base) }
        flexible = settings.flexible.map { FlexibleCapacity($0, restored: memory?.flexible, at: now) }
        consumption = settings.consumption.map { LimitationMachine($0, restored: memory?.consumption, at: now) }
        production = settings.production.map { LimitationMachine($0, restored: memory?.production, at: now) }
        section14a = settings.section14a.map { Section14a($0, restored: memory?.section14a, at: now) }
        relay = settings.relay.map { RelayInputs($0, at: now) }
        envelope = settings.envelope.map { OperatingEnvelope($0, restored: memory?.envelope, at: now) }
        feedInCap = settings.feedInCap
        scheme = settings.scheme.map { LimitationScheme($0, restored: memory?.scheme, at: now) }
        returning = settings.returning.map { ReturnRamps($0, restored: memory?.returning, at: now) }
        effects = EffectWatch(settings)
    }

    /// What must survive a restart.
    @_noLocks package func memory(at now: Instant) -> ConnectionMemory {
        var memory = ConnectionMemory()
        memory.flexible = flexible?.memory()
        memory.consumption = consumption?.memory
        memory.production = production?.memory
        if let section14a { memory.section14a = section14a.memory(at: now) }
        memory.envelope = envelope?.memory()
        if let scheme { memory.scheme = scheme.memory(at: now) }
        memory.returning = returning?.memory
        return memory
    }

    @_noLocks
    package mutating func take(
        _ input: ConnectionInput, at now: Instant, wall: WallTime?, _ events: inout ConnectionEvents
    ) -> ConnectionReply {
        switch input {
        case .consumption(let input): return reply(consumption?.handle(input, at: now, &events))
        case .production(let input): return reply(production?.handle(input, at: now, &events))
        case .section14a(let input):
            guard let answer = section14a?.handle(input, at: now, &events) else { return .notConfigured }
            if case .accepted = answer { return .accepted }
            return .section14a(answer)
        case .relay(let input):
            guard let answer = relay?.handle(input, at: now, &events) else { return .notConfigured }
            if case .accepted = answer { return .accepted }
            return .relay(answer)
        case .flexible(let input):
            guard let answer = flexible?.handle(input, at: now, wall: wall, &events) else { return .notConfigured }
            if case .refused(let refusal) = answer { return .flexible(refusal) }
            return .accepted
        case .envelope(let input):
            guard let answer = envelope?.handle(input, at: now, wall: wall, &events) else { return .notConfigured }
            if case .refused(let refusal) = answer { return .envelope(refusal) }
            return .accepted
        case .scheme(let input):
            guard let answer = scheme?.handle(input, at: now, &events) else { return .notConfigured }
            if case .accepted = answer { return .accepted }
            return .scheme(answer)
        // Of the EVSEs, not of the connection point; the loop passes it to their functions.
        case .gridCode: return .notConfigured
        }
    }

    private func reply(_ answer: LimitationReply?) -> ConnectionReply {
        guard let answer else { return .notConfigured }
        if case .accepted = answer { return .accepted }
        return .limitation(answer)
    }

    /// One tick: what the connection point allows now.
    /// - Parameters:
    ///   - wall: nil while the time of day is not trusted.
    ///   - events: With those of the inputs taken since the last step.
    @_noLocks
    package mutating func step(
        at now: Instant, wall: WallTime?, _ seen: ConnectionObservation, _ limits: inout GridLimits,
        _ events: inout ConnectionEvents
    ) {
        advance(to: now, wall, &events)
        scheme?.advance(to: now, seen.sample, &events)
        effects.advance(to: now, seen, &events)
        limits.removeAll()
        limits.add(calendar?.limit())
        limits.add(flexible?.limit())
        limits.add(consumption?.limit())
        limits.add(production?.limit())
        limits.add(section14a?.limit())
        limits.add(relay?.feedInLimit())
        limits.add(relay?.loadLimit())
        limits.add(envelope?.siteLimit())
        limits.add(envelope?.deviceLimit())
        limits.add(feedInCap?.limit)
        limits.add(scheme?.limit())
        limits.add(scheme?.limitOfEach())
        returning?.advance(to: now, &limits, &events)
    }

    private mutating func advance(to now: Instant, _ wall: WallTime?, _ events: inout ConnectionEvents) {
        calendar?.advance(to: now, wall: wall, in: zone, &events)
        flexible?.advance(to: now, wall: wall, &events)
        consumption?.advance(to: now, &events)
        production?.advance(to: now, &events)
        section14a?.advance(to: now, &events)
        relay?.advance(to: now, &events)
        envelope?.advance(to: now, wall: wall, &events)
    }
}

/// What the rules know that must survive a restart.
package struct ConnectionMemory: Sendable, BitwiseCopyable {
    package var flexible: FlexibleCapacity.Memory?
    package var consumption: LimitationMachine.Memory?
    package var production: LimitationMachine.Memory?
    package var section14a: Section14a.Memory?
    package var envelope: OperatingEnvelope.Memory?
    package var scheme: LimitationScheme.Memory?
    package var returning: ReturnRamps.Memory?
    /// The order to cease to energise in force.
    package var ceasedBy: InstructionID?
    @_noLocks package init() {}
}
