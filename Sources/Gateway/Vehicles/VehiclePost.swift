// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ChargingStation
import ConfigurationFiles
import Electricity
import ISO15118
import LinuxIO
import PowerControl
import SLAC
import Synchronization
import V2GKeys
import VehicleLinks

/// One EVSE as its cars see it: the loop's decisions on their way to the car, what the car says on its way to the loop and
/// to the backends.
final class VehiclePost: Sendable {
    /// A loop that has decided nothing for so long is not followed.
    static let patience = Interval.seconds(2)

    let evse: SiteConfiguration.EVSE
    let link: SiteConfiguration.VehicleLink
    let charger: ChargerCell
    let cell: VehicleCell
    let offer: StationOffer
    let feed: VehicleFeed
    let paused: PausedSessions
    private let trust: ContractTrust?
    /// What the connection leaves, where no backend plans.
    let room: ConnectionRoom
    /// Of the EVSE in the configuration.
    let index: Int
    let inside = Mutex(VehicleState())
    private let sample: Mutex<LatestValueWriter<VehicleSample>>
    /// nil where the wire is the cable, or matching is not possible at the moment.
    private let dataLink = Mutex<DataLink?>(nil)

    init(
        _ evse: SiteConfiguration.EVSE, _ link: SiteConfiguration.VehicleLink, _ charger: ChargerCell,
        _ cell: VehicleCell, _ feed: VehicleFeed, _ room: ConnectionRoom, _ paused: PausedSessions, index: Int
    ) throws(VehicleLinkFault) {
        (self.evse, self.link, self.charger, self.cell) = (evse, link, charger, cell)
        (self.feed, self.room, self.paused, self.index) = (feed, room, paused, index)
        offer = StationOffer(evse, link, cell.outlet)
        trust = try link.contracts.map { files throws(VehicleLinkFault) in try ContractTrust(files) }
        sample = Mutex(charger.vehicleSample.takeWriter())
        // Who pauses stays plugged in.
        change { $0.order.hasVehicle = paused.waiting(evse.id) != nil }
    }

    // MARK: State

    /// Changes what is known of the car, and tells bus and loop what follows.
    @discardableResult
    func change<Result: Sendable>(_ body: (inout VehicleState) -> Result) -> Result {
        inside.withLock { state in
            let before = state.order
            let result = body(&state)
            state.settle(offer)
            if state.order != before {
                cell.lead(state.order)
                charger.waker.signal()
            }
            sample.withLock { $0.publish(state.sample(mustSpeak: evse.connectorType.isDirect, cell.outlet)) }
            return result
        }
    }

    var state: VehicleState { inside.withLock { $0 } }

    // MARK: Matching

    /// A car is matched over this link from now on; over none for nil.
    func match(over link: DataLink?) { dataLink.withLock { $0 = link } }

    private func lookAtLink(_ state: ConnectorState?, at now: Instant) {
        guard let link = dataLink.withLock({ $0 }) else { return }
        link.look(at: now)
        if let pilot = ControlPilot(state, seesPlug: cell.outlet.seesPlug) { link.pilot(pilot) }
    }

    // MARK: Looks

    /// Tells the session what is new. Never waits for it.
    func look(at now: Instant) {
        let news = ChargerNews(charger, cell, at: now, permitted: feed.permits(evse.id))
        lookAtLink(news.reading?.state, at: now)
        let needs = inside.withLock { state in
            state.hear(news, meter: "EVSE-\(evse.id)")
            return state.takeNeeds(at: now)
        }
        if let needs { feed.tell(.needs(evse: evse.id, needs)) }
        lookAtSchedules(at: now)
    }
}

/// What of loop and charger matters to a car.
struct ChargerNews {
    /// At the inlet; zero where the loop is silent.
    let target: Power
    let reading: Chargers.ChargerReading?
    let report: OutletReport
    let isPermitted: Bool
    let at: Instant

    init(_ charger: ChargerCell, _ cell: VehicleCell, at now: Instant, permitted: Bool) {
        let view = charger.decision.read()
        let isFresh = now - view.decidedAt <= VehiclePost.patience
        target = isFresh ? cell.outlet.atInlet(view.decision.target) : .zero
        reading = charger.state.read().reading
        report = cell.report.withLock { $0 }
        isPermitted = permitted
        at = now
    }
}

extension VehiclePost: SessionWatching {
    func progressed(_ progress: SessionProgress) {
        change { $0.progressed(progress, at: MonotonicClock.now()) }
        cell.bell.signal()
    }

    func began(_ arrival: VehicleArrival) async {
        change { $0.begin(arrival, at: MonotonicClock.now()) }
    }

    /// Free where nobody is in charge; else when the backend lets energy flow here.
    func authorise(vehicle: String) async -> SessionInput.Authorisation {
        var hasSaid = false
        while !Task.isCancelled {
            if feed.permits(evse.id) { return .granted }
            if !hasSaid { inside.withLock { $0.tell(.authorisation(.waitingForCustomer)) } }
            hasSaid = true
            // Cut short when the session ends, which the loop asks about.
            try? await Task.sleep(for: .milliseconds(100))
        }
        return .refused
    }

    func checkCable() async -> SessionInput.Insulation {
        let number = change { state in
            state.order.cableCheck = state.order.cableCheck == .max ? 1 : state.order.cableCheck + 1
            return state.order.cableCheck
        }
        let report = await report(within: .seconds(30)) { $0.cableCheck == number }
        switch report?.insulation {
        case .valid?: return .valid
        case .faulty?, .untested?, nil: return .faulty
        }
    }

    func switchContactors(_ state: SessionInput.ContactorState) async -> SessionInput.ContactorState {
        let closes = state == .closed
        change { $0.order.closesContactors = closes }
        let report = await report(within: .milliseconds(1_400)) { $0.areContactorsClosed == closes }
        let last = report ?? cell.report.withLock { $0 }
        return last.areContactorsClosed ? .closed : .open
    }

    func operate(_ point: OperatingPoint) async { change { $0.order.output = OutletOrder.Output(point) } }

    func need(_ needs: EVNeeds) async {
        change { $0.need(needs, at: MonotonicClock.now()) }
    }

    func ended(_ end: StationEnd) async {
        change { $0.end(end) }
        paused.note(end, evse: evse.id)
        if end == .finished { feed.tell(.sessionStopped(evse: evse.id)) }
    }

    func inputs() -> AsyncStream<SessionInput> {
        let (inputs, session) = AsyncStream.makeStream(of: SessionInput.self, bufferingPolicy: .bufferingNewest(64))
        inside.withLock { $0.open(session) }
        cell.bell.signal()
        return inputs
    }

    /// Waits for the charger. The last orders of a session come from a cancelled task and are waited for all the same.
    private func report(
        within patience: Interval, _ isDone: (OutletReport) -> Bool
    ) async -> OutletReport? {
        let deadline = MonotonicClock.now() + patience
        while MonotonicClock.now() < deadline {
            let report = cell.report.withLock { $0 }
            if isDone(report) { return report }
            await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
        }
        return nil
    }
}

extension VehiclePost: ContractPoint {
    func contracts(challenge: [UInt8]) -> StationContracts? {
        trust.map { trust in
            var contracts = StationContracts(cryptography: trust, challenge: challenge)
            contracts.installsCertificates = feed.isAsked
            // Whether it may be asked about a root that is not known here is the backend's to say (C07.FR.06).
            contracts.passesUnknownRoots = feed.isAsked
            return contracts
        }
    }

    func authorise(_ contract: Contract) async -> SessionInput.Authorisation {
        guard feed.isAsked else { return .granted }
        return await answer(
            within: .seconds(55), otherwise: .refused, { $0.contract = $1 }, settleContract
        ) {
            feed.ask(contract, trusting: trust, evse: evse.id, at: EvidenceDesk.wall())
        }
    }

    func certificate(_ request: CertificateRequest) async -> CertificateResult {
        guard feed.isAsked else { return .unavailable }
        return await answer(
            within: .seconds(55), otherwise: .unavailable, { $0.certificate = $1 }, settleCertificate
        ) { feed.ask(request, evse: evse.id) }
    }

    func confirmed(_ reading: ISO15118.MeterReading) async {
        change { $0.counts.receipts &+= 1 }
    }

    func settleContract(_ answer: SessionInput.Authorisation) {
        inside.withLock { $0.takeContract() }?.resume(returning: answer)
    }

    func settleCertificate(_ answer: CertificateResult) {
        inside.withLock { $0.takeCertificate() }?.resume(returning: answer)
    }

    /// One answer, from whoever comes first: the backend, the end of patience, the end of the session.
    func answer<Answer: Sendable>(
        within patience: Duration, otherwise: Answer,
        _ keep: @escaping @Sendable (inout VehicleState, CheckedContinuation<Answer, Never>) -> Void,
        _ settle: @escaping @Sendable (Answer) -> Void, _ ask: () -> Void
    ) async -> Answer {
        settle(otherwise)
        let timer = Task {
            do { try await Task.sleep(for: patience) } catch { return }
            settle(otherwise)
        }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                inside.withLock { keep(&$0, continuation) }
                if Task.isCancelled { settle(otherwise) } else { ask() }
            }
        } onCancel: {
            settle(otherwise)
        }
    }
}

extension OutletOrder.Output {
    init(_ point: OperatingPoint) {
        switch point {
        case .off: self = .off
        case .preCharge(let voltage): self = .preCharge(voltage)
        case .current(let current, let highest):
            self = .follow(
                power: .unbounded, current: CurrentLimits(from: min(current, .zero), to: max(current, .zero)),
                lowest: .zero, highest: highest)
        case .power(let power, let current, let lowest, let highest):
            self = .follow(
                power: PowerLimits(from: min(power, .zero), to: max(power, .zero)), current: current, lowest: lowest,
                highest: highest)
        }
    }
}
