// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension LimitationScheme {
    @_noLocks
    package mutating func handle(_ input: Input, at now: Instant, _ events: inout ConnectionEvents) -> Reply {
        switch input {
        case .unlock:
            unlockedUntil = now.after(settings.relockAfter)
            return .accepted
        case .lock:
            unlockedUntil = .distantPast
            return .accepted
        case .reset:
            guard !isLocked(at: now) else { return refuse(.refusedLocked, now, &events) }
            return reset(now, &events)
        case .change(let limits):
            guard !isLocked(at: now) else { return refuse(.refusedLocked, now, &events) }
            let reply = answer(limits)
            guard case .accepted = reply else { return refuse(reply, now, &events) }
            changedLimits = limits
            tell(.settingsChanged, at: now, &events)
            return .accepted
        }
    }

    /// - Parameter sample: The latest there is; the same one again changes nothing.
    @_noLocks
    package mutating func advance(to now: Instant, _ sample: SchemeSample, _ events: inout ConnectionEvents) {
        if isStart, case .failSafe = state { tell(.failsafeEntered, at: now, detail: faults.bits, &events) }
        isStart = false
        // A reading that comes after a gap does not hide the gap.
        watchAges(now, sample)
        if sample.measuredAt > measuredAt, sample.measuredAt <= now, let current = sample.current {
            measuredAt = sample.measuredAt
            read(current, sample, &events)
            watchAges(now, sample)
        }
        if excursionSince != nil { time(until: now, &events) }
        settle(now, &events)
    }

    private func answer(_ limits: SchemeLimits) -> Reply {
        let greatest = settings.sensorRating
        if let limit = limits.maximumImport {
            if limit < .zero { return .refusedNegative }
            if limit > greatest { return .refusedBeyondSensors }
        }
        if let limit = limits.maximumExport {
            if limit < .zero { return .refusedNegative }
            if limit > greatest { return .refusedBeyondSensors }
        }
        return .accepted
    }

    private func refuse(_ reply: Reply, _ now: Instant, _ events: inout ConnectionEvents) -> Reply {
        tell(.refused, at: now, detail: reply.code, &events)
        return reply
    }

    private mutating func reset(_ now: Instant, _ events: inout ConnectionEvents) -> Reply {
        let isReversed = faults.contains(SchemeFaults.sensorReversed)
        guard isLockedOut || isReversed else { return refuse(.refusedNothingToReset, now, &events) }
        if isLockedOut { tell(.lockOutReset, at: now, &events) }
        isLockedOut = false
        faults.set(SchemeFaults.sensorReversed, false)
        reversal = InlineArray(repeating: ReversalTest())
        history = ExcursionHistory()
        excursionSince = nil
        isExcursionCounted = false
        // It returns as from a start: once everything has been well for its time.
        badAt = now
        lastFaults = SchemeFaults()
        settle(now, &events)
        return .accepted
    }

    private mutating func watchAges(_ now: Instant, _ sample: SchemeSample) {
        faults.set(SchemeFaults.meterLost, now - measuredAt > settings.meterMaximumAge)
        faults.set(SchemeFaults.chargerLost, now - sample.chargersHeardAt > settings.chargerMaximumAge)
        if !faults.isEmpty {
            badAt = now
            lastFaults = faults
        }
        if faults.contains(SchemeFaults.meterLost) || faults.contains(SchemeFaults.implausible) { endExcursion() }
    }

    private mutating func read(
        _ current: PerPhase<Current>, _ sample: SchemeSample, _ events: inout ConnectionEvents
    ) {
        guard settings.believes(current, sample) else {
            senselessReadings = min(senselessReadings + 1, 1_000)
            if senselessReadings >= settings.implausibleReadings { faults.set(SchemeFaults.implausible, true) }
            return
        }
        senselessReadings = 0
        faults.set(SchemeFaults.implausible, false)
        testSensors(current, sample)
        let bounds = limits.bounds()
        let isWithin = bounds.contains(current.l1) && bounds.contains(current.l2) && bounds.contains(current.l3)
        if !isWithin {
            if excursionSince == nil { excursionSince = sample.measuredAt }
        } else if excursionSince != nil {
            // Back within a time means until its last moment.
            time(until: sample.measuredAt - Interval(nanoseconds: 1), &events)
            if let since = excursionSince {
                tell(.effective, at: sample.measuredAt, took: sample.measuredAt - since, &events)
            }
            endExcursion()
        }
    }

    private mutating func testSensors(_ current: PerPhase<Current>, _ sample: SchemeSample) {
        let at = sample.measuredAt
        reversal[0].take(meter: current.l1, chargers: sample.chargers.l1, at: at, settings.reversal)
        reversal[1].take(meter: current.l2, chargers: sample.chargers.l2, at: at, settings.reversal)
        reversal[2].take(meter: current.l3, chargers: sample.chargers.l3, at: at, settings.reversal)
        let needed = max(settings.reversal.votes, 1)
        if reversal[0].votes >= needed || reversal[1].votes >= needed || reversal[2].votes >= needed {
            faults.set(SchemeFaults.sensorReversed, true)
        }
    }

    private mutating func endExcursion() {
        excursionSince = nil
        isExcursionCounted = false
    }

    /// Counts the excursion under way, and locks out where it lasts too long or they come too often.
    private mutating func time(until now: Instant, _ events: inout ConnectionEvents) {
        guard let since = excursionSince else { return }
        let countedAt = since.after(settings.reaction)
        if !isExcursionCounted, countedAt <= now {
            isExcursionCounted = true
            history.add(countedAt)
            tell(.overdue, at: countedAt, took: settings.reaction, &events)
            if isReached(settings.oftenSoon, countedAt) { lockOut(.tooOftenSoon, countedAt, &events) }
            if isReached(settings.oftenADay, countedAt) { lockOut(.tooOftenADay, countedAt, &events) }
        }
        let tooLongAt = since.after(settings.longestReaction)
        if tooLongAt <= now { lockOut(.tooLong, tooLongAt, &events) }
    }

    private func isReached(_ recurrence: SchemeSettings.Recurrence, _ now: Instant) -> Bool {
        let needed = min(max(recurrence.count, 1), ExcursionHistory.capacity)
        return history.count(within: recurrence.window, at: now) >= needed
    }

    private mutating func lockOut(_ reason: LockOut, _ at: Instant, _ events: inout ConnectionEvents) {
        guard !isLockedOut else { return }
        isLockedOut = true
        tell(.lockedOut, at: at, detail: reason.code, &events)
    }

    private mutating func settle(_ now: Instant, _ events: inout ConnectionEvents) {
        let before = state
        state = stateNow(now)
        guard state.code != before.code else { return }
        if case .failSafe = before { tell(.failsafeLeft, at: now, &events) }
        if case .failSafe = state { tell(.failsafeEntered, at: now, detail: lastFaults.bits, &events) }
        tell(.stateChanged, at: now, detail: state.code, &events)
    }

    private func stateNow(_ now: Instant) -> State {
        if isLockedOut { return .lockedOut }
        if !faults.isEmpty || now - badAt < settings.goodFor { return .failSafe }
        return excursionSince == nil ? .normal : .excursion
    }

    private func tell(
        _ kind: ConnectionEvent.Kind, at: Instant, took: Interval = .zero, detail: UInt8 = 0,
        _ events: inout ConnectionEvents
    ) {
        events.add(ConnectionEvent(kind, .limitationScheme, at: at, took: took, detail: detail))
    }
}
