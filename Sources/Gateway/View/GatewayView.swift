// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import Foundation
import GridConnection
import ISO15118
import LinuxIO
import LocalAPI
import OCPP21
import PowerControl
import Synchronization

/// The daemon as the local API sees it.
final class GatewayView: GatewayPort {
    private let shown: Mutex<SiteConfiguration>
    private var configuration: SiteConfiguration { shown.withLock { $0 } }
    private let cells: SiteCells
    private let desk: CommandDesk
    private let evidence: EvidenceDesk
    private let held: HeldLimits
    private let unheard: UnheardRules
    private let operatorDesk: OperatorDesk
    private let backends: Backends
    private let vehicles: Vehicles
    private let loop: LoopThread
    private let reasons: ReasonText
    private let history: DecisionHistory
    private let codes = DrawnCodes()
    private let startedAt = MonotonicClock.now()
    private let version: String

    init(
        _ configuration: SiteConfiguration, _ cells: SiteCells, _ desk: CommandDesk, _ evidence: EvidenceDesk,
        _ held: HeldLimits, _ operatorDesk: OperatorDesk, _ backends: Backends, _ vehicles: Vehicles,
        _ reasons: ReasonText, _ loop: LoopThread, version: String
    ) {
        self.evidence = evidence
        self.held = held
        unheard = UnheardRules(operatorDesk.said, configuration.connection)
        self.operatorDesk = operatorDesk
        shown = Mutex(configuration)
        self.cells = cells
        self.desk = desk
        self.loop = loop
        self.version = version
        self.reasons = reasons
        self.backends = backends
        self.vehicles = vehicles
        history = DecisionHistory(evseCount: configuration.evses.count)
    }

    /// The configuration in force from now on: the same EVSEs and circuits with other values.
    func show(_ configuration: SiteConfiguration) { shown.withLock { $0 = configuration } }

    func status() async throws(APIProblem) -> SiteStatus { look() }

    func statusUpdates() -> AsyncStream<SiteStatus> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task { [self] in
                while !Task.isCancelled {
                    continuation.yield(look())
                    do { try await Task.sleep(for: .seconds(1)) } catch { return }
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    func display(evse: Int, language: String?) async throws(APIProblem) -> DriverDisplay {
        let index = try index(of: evse)
        guard let display = configuration.display else {
            throw .unknown(
                "This site has no display for drivers.", remedy: "Add “display: { languages: [en] }” and restart.")
        }
        return driverDisplay(index, display.languages, asked: language)
    }

    func displayUpdates(evse: Int, language: String?) -> AsyncStream<DriverDisplay> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task { [self] in
                while !Task.isCancelled {
                    do throws(APIProblem) {
                        continuation.yield(try await display(evse: evse, language: language))
                    } catch { return continuation.finish() }
                    do { try await Task.sleep(for: .seconds(1)) } catch { return }
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    func why(evse: Int?, at time: Date?) async throws(APIProblem) -> [Explanation] {
        let indexes =
            try evse.map { id throws(APIProblem) in [try index(of: id)] } ?? Array(configuration.evses.indices)
        guard let time else { return indexes.map(explanation) }
        let found = indexes.compactMap { index in
            history.explanation(evse: index, at: time)
                ?? evidence.explanation(evse: configuration.evses[index].id, at: time)
        }
        guard !found.isEmpty else {
            throw .unknown(
                "No decision of that time is remembered.",
                remedy: "Without a journal the memory goes back to the last start, at most.")
        }
        return found
    }

    func setSetpoint(_ power: Power, evse: Int?, for duration: Interval?) async throws(APIProblem) -> Acknowledgement {
        let index = try evse.map { id throws(APIProblem) in try self.index(of: id) }
        try desk.setSetpoint(power, evse: index, until: duration.map { MonotonicClock.now() + $0 })
        let place = evse.map { "EVSE \($0)" } ?? "the site"
        return Acknowledgement("Setpoint \(power) for \(place)\(Self.lasting(duration)).", expiresIn: duration)
    }

    func releaseSetpoint(evse: Int?) async throws(APIProblem) -> Acknowledgement {
        try desk.releaseSetpoint(evse: try evse.map { id throws(APIProblem) in try index(of: id) })
        return Acknowledgement("Setpoint of \(evse.map { "EVSE \($0)" } ?? "the site") released.")
    }

    func present(token: String, type: String, evse: Int) async throws(APIProblem) -> Acknowledgement {
        _ = try index(of: evse)
        guard (1...20).contains(type.unicodeScalars.count) else {
            throw .malformed("“\(type)” is no type of token.", remedy: "Usual are ISO14443, ISO15693, KeyCode, eMAID.")
        }
        try await backends.present(IdTokenType(idToken: token, type: type), evse: evse)
        return Acknowledgement("Token shown at EVSE \(evse).")
    }

    func setLimit(
        _ direction: LimitDirection, to size: Power, for duration: Interval?
    ) async throws(APIProblem) -> Acknowledgement {
        let number = try held.impose(
            HeldLimits.Kind(direction, byController: false), size, for: duration, who: "local API", on: "by hand")
        return Acknowledgement(
            "Limit on \(direction.rawValue): \(size)\(Self.lasting(duration)), instruction \(number).",
            expiresIn: duration)
    }

    func releaseLimit(_ direction: LimitDirection?) async throws(APIProblem) -> Acknowledgement {
        for each in direction.map({ [$0] }) ?? LimitDirection.allCases {
            try held.release(HeldLimits.Kind(each, byController: false))
        }
        return Acknowledgement("Limit on \(direction?.rawValue ?? "import and export") released.")
    }

    func instruct(_ instruction: OperatorInstruction) async throws(APIProblem) -> Acknowledgement {
        try await operatorDesk.instruct(instruction)
    }

    func flexibleCapacity() async throws(APIProblem) -> FlexibleStatus {
        guard configuration.connection.flexible != nil else {
            throw .conflict("This site has no flexible capacity.", remedy: "Add “flexible” to “agreement” and restart.")
        }
        let limits = cells.limits.read()
        let limit = (0..<limits.count).lazy.map { limits[$0] }.first { $0.rule == .flexibleCapacity }
        return FlexibleStatus(cells.memory.read().flexible, limit)
    }

    func operatingEnvelope() async throws(APIProblem) -> EnvelopeStatus {
        guard configuration.connection.envelope != nil else {
            throw .conflict(
                "This site has no operating envelope.", remedy: "Add “operating_envelope” to “agreement” and restart.")
        }
        return EnvelopeStatus(cells.memory.read().envelope)
    }

    func evidence(from: Date, to: Date, format: EvidenceFormat) throws(APIProblem) -> any EvidencePieces {
        try evidence.pieces(from: from, to: to, format: format)
    }

    func verifyEvidence() async throws(APIProblem) -> EvidenceVerification { try evidence.verify() }

    func metrics() async -> [Metric] { GatewayMetrics.all(look(), backends.counts, vehicles.counts) }

    func health() async -> LocalAPI.Condition {
        let statistics = cells.statistics.read()
        let silence = MonotonicClock.now() - statistics.lastTick
        if statistics.ticks > 0, silence > max(.seconds(2), loop.period * 5) {
            return .bad("The control loop has not ticked for \(silence).")
        }
        return .good
    }

    func readiness() async -> LocalAPI.Condition {
        if cells.statistics.read().ticks == 0 { return .bad("The control loop has not decided yet.") }
        let waiting = cells.chargers.filter { !$0.state.read().isUnderControl }.map(\.name)
        return waiting.isEmpty ? .good : .bad("Not under control yet: \(waiting.joined(separator: ", ")).")
    }

    /// nil releases. For the demo, which names EVSEs that exist.
    func wish(_ power: Power?, evse id: Int) {
        do throws(APIProblem) {
            let index = try index(of: id)
            if let power {
                try desk.setSetpoint(power, evse: index, until: nil)
            } else {
                try desk.releaseSetpoint(evse: index)
            }
        } catch {
            preconditionFailure("the demo names its own EVSEs: \(error)")
        }
    }

    /// Whether the loop ticks; the supervisor feeds its watchdog only then.
    func ticks() -> UInt64 { cells.statistics.read().ticks }

    /// Writes down the decisions in force, once a second.
    func remember() {
        let changed = configuration.evses.indices.compactMap { index in
            let now = explanation(index)
            return history.remember(now, evse: index) ? now : nil
        }
        evidence.observe(look(), changed: changed)
        let now = MonotonicClock.now()
        held.noteExpired(at: now)
        backends.watch()
        unheard.look(after: now - startedAt, evidence.logger)
    }

    private func index(of id: Int) throws(APIProblem) -> Int {
        if let index = configuration.evses.firstIndex(where: { $0.id == id }) { return index }
        let known = configuration.evses.map { String($0.id) }.joined(separator: ", ")
        throw .unknown("There is no EVSE \(id).", remedy: "EVSEs of this site: \(known).")
    }

    private func explanation(_ index: Int) -> Explanation {
        let decision = cells.chargers[index].decision.read().decision
        var steps: [Explanation.Step] = []
        for position in 0..<decision.shapingCount {
            let shaping = decision.shaping[position]
            steps.append(
                Explanation.Step(
                    stage: reasons.stage(shaping.reason), value: shaping.power,
                    because: reasons.because(shaping.reason, evse: index)
                ))
        }
        if let trouble = cells.chargers[index].notes.withLock({ $0.der }) {
            steps.append(Explanation.Step(stage: "DER control", value: decision.target, because: trouble))
        }
        return Explanation(
            evse: configuration.evses[index].id, time: Date(), target: decision.target, steps: steps)
    }

    private static func lasting(_ duration: Interval?) -> String { duration.map { " for \($0)" } ?? " until released" }
}

extension GatewayView {
    private func driverDisplay(_ index: Int, _ languages: [String], asked: String?) -> DriverDisplay {
        let status = evse(index, MonotonicClock.now())
        let cell = cells.chargers[index]
        let cause = reasons.cause(cell.decision.read().decision.boundBy, evse: index)
        return DriverDisplay(
            status, cell.state.read().reading?.state ?? .unknown, backends.driver(index), limit: cause,
            DisplayLanguage(languages, asked: asked), codes)
    }

    /// The whole site now.
    func look() -> SiteStatus {
        let now = MonotonicClock.now()
        return SiteStatus(
            site: configuration.site.name, time: Date(), connectionPoint: connectionPoint(now), limits: limits(now),
            evses: configuration.evses.indices.map { evse($0, now) }, backends: backends.status, loop: loopStatus(),
            uptime: now - startedAt,
            version: version)
    }

    private func connectionPoint(_ now: Instant) -> ConnectionPointStatus {
        let view = cells.circuits[0].read().view
        guard let meter = cells.meters.first(where: { $0.circuit == 0 })?.cell else {
            return ConnectionPointStatus(
                power: nil, meter: LinkStatus(.never, fault: "No meter is configured at the connection point."))
        }
        let fault = meter.notes.withLock { $0.fault }
        guard let reading = meter.state.read().reading else {
            return ConnectionPointStatus(power: nil, meter: LinkStatus(.never, fault: fault))
        }
        let age = now - reading.measuredAt
        let isSilent = age > configuration.site.meterTimeout
        return ConnectionPointStatus(
            power: isSilent ? nil : reading.power, current: isSilent ? nil : reading.current,
            voltage: isSilent ? nil : reading.voltage?.l1, frequency: isSilent ? nil : reading.frequency,
            meter: LinkStatus(isSilent ? .silent : .ok, age: age, fault: fault),
            uncontrolled: view.meterIsSilent ? nil : view.uncontrolled)
    }

    private func rules() -> [LimitInForce] {
        let inForce = cells.limits.read()
        return (0..<inForce.count).map { LimitInForce(inForce[$0], circuit: reasons.circuit) }
    }

    private func gridCodeLimits() -> [LimitInForce] {
        zip(configuration.evses, cells.gridCodeViews).flatMap { evse, cell in
            let view = cell.read()
            let scope = "EVSE \(evse.id)"
            let delivery = view.mostDelivery.map { most in
                LimitInForce(
                    scope: scope, import: nil, export: most,
                    source: reasons.gridCode(view.deliverySource) ?? "grid code")
            }
            let charging = view.mostCharging.map { most in
                LimitInForce(
                    scope: scope, import: most, export: nil,
                    source: reasons.gridCode(view.chargingSource) ?? "grid code")
            }
            return [delivery, charging].compactMap(\.self)
        }
    }

    private func limits(_ now: Instant) -> [LimitInForce] {
        let agreement = configuration.agreement.ceiling
        var limits = [
            LimitInForce(
                scope: LimitInForce.connectionPoint, import: agreement.upper, export: Power.zero - agreement.lower,
                source: "agreement")
        ]
        limits += rules() + gridCodeLimits()
        for kind in HeldLimits.Kind.allCases {
            guard let entry = held.entry(kind, at: now) else { continue }
            limits.append(
                LimitInForce(
                    scope: LimitInForce.connectionPoint, import: kind.direction == .import ? entry.power : nil,
                    export: kind.direction == .export ? entry.power : nil, source: kind.inWords,
                    expiresIn: entry.expiresIn(now)))
        }
        if cells.circuits[0].read().view.meterIsSilent {
            let fallback = configuration.site.fallback
            limits.append(
                LimitInForce(
                    scope: LimitInForce.connectionPoint, import: fallback.upper, export: Power.zero - fallback.lower,
                    source: "fallback: meter silent"))
        }
        return limits
    }

    private func evse(_ index: Int, _ now: Instant) -> EVSEStatus {
        let configured = configuration.evses[index]
        let cell = cells.chargers[index]
        let state = cell.state.read()
        let notes = cell.notes.withLock { $0 }
        let decision = cell.decision.read().decision
        return EVSEStatus(
            id: configured.id, name: configured.name, profile: configured.charger.profile.id,
            link: link(state, notes, configured.charger.profile.timing.maximumAge, now),
            state: state.reading.map { "\($0.state)" } ?? "unknown", power: state.reading?.power,
            target: decision.target, boundBy: reasons.because(decision.boundBy, evse: index),
            stateOfCharge: vehicles.state(index)?.needs.soc ?? state.reading?.stateOfCharge,
            wish: wish(index, now), vehicle: vehicles.state(index).map(VehicleStatus.init),
            identity: ChargerIdentity(notes.identity), fallback: FallbackStatus(state))
    }

    /// Of those who have a setpoint, the one who goes first.
    private func wish(_ index: Int, _ now: Instant) -> WishStatus? {
        for source in configuration.control.priorities {
            guard let entry = desk.setpoint(evse: index, by: source, at: now) else { continue }
            return WishStatus(source: source.rawValue, power: entry.power, expiresIn: entry.expiresIn(now))
        }
        return nil
    }

    private func link(_ state: ChargerState, _ notes: DeviceNotes, _ maximum: Interval, _ now: Instant) -> LinkStatus {
        let remark = notes.fault ?? notes.notice ?? notes.der
        guard let reading = state.reading else { return LinkStatus(.never, fault: remark) }
        let age = now - reading.measuredAt
        return LinkStatus(age > maximum ? .silent : .ok, age: age, fault: remark)
    }

    private func loopStatus() -> LoopStatus {
        let statistics = cells.statistics.read()
        return LoopStatus(
            period: loop.period, ticks: statistics.ticks, misses: statistics.misses,
            cost: Percentiles(statistics.cost), lateness: Percentiles(statistics.lateness),
            isRealTime: loop.notices.isEmpty, notices: loop.notices.map(\.description))
    }
}

extension Percentiles {
    init(_ counts: DurationCounts) {
        self.init(p50: counts.percentile(0.5), p99: counts.percentile(0.99), max: counts.longest)
    }
}

extension ChargerIdentity {
    init(_ identity: DeviceIdentity) {
        func known(_ text: String) -> String? { text.isEmpty ? nil : text }
        self.init(
            vendor: known(identity.vendor), model: known(identity.model), serial: known(identity.serialNumber),
            firmware: known(identity.firmware))
    }
}

extension FallbackStatus {
    init(_ state: ChargerState) {
        switch state.fallback {
        case .after(let wait, let power) where state.isUnderControl:
            self.init(isArmed: true, power: power, after: wait)
        case .after, .never, nil: self.init(isArmed: false)
        }
    }
}
