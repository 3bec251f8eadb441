// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import ISO15118
import OCPP21
import PowerControl
import VehicleLinks

/// What is known of the car at one EVSE. Guarded by its post; everything here is bounded by one session.
struct VehicleState: Sendable {
    struct Counts: Sendable {
        var sessions = 0
        /// That ended as a car and a station should.
        var wellEnded = 0
        /// Connections that came to no session.
        var turnedAway = 0
        /// Targets told to cars.
        var targets = 0
        var receipts = 0
    }

    /// What the session has been told last.
    private struct Told {
        var target: Power?
        var voltage: Voltage?
        var current: Current?
        var imported: Energy?
        var exported: Energy?
        var hasStopped = false
        var isTerminated = false
    }

    private(set) var arrival: VehicleArrival?
    private(set) var progress: SessionProgress?
    private(set) var needs = EVNeeds()
    private(set) var limits: VehicleLimits?
    private(set) var departure: Instant?
    /// The services the backend allows; nil: any.
    private(set) var allowed: Set<EnergyService>?
    var order = OutletOrder()
    var counts = Counts()
    private(set) var lastEnd: String?
    /// Why cars cannot be spoken to, or the last was turned away.
    var fault: String?
    /// nil where the wire is the cable.
    var matching: VehicleMatching?
    var contract: CheckedContinuation<SessionInput.Authorisation, Never>?
    var certificate: CheckedContinuation<CertificateResult, Never>?
    var schedules = VehicleSchedules()

    private var session: AsyncStream<SessionInput>.Continuation?
    private var told = Told()
    private var wasPermitted = false
    private var chargesSince: Instant?
    /// How often the backend refused what was agreed on in this session.
    private var refusals = 0
    private var needsDue: Instant?
    private var needsTold: (service: EnergyService, departure: Instant?, at: Instant)?

    var hasSession: Bool { arrival != nil }

    // MARK: The session

    mutating func begin(_ arrival: VehicleArrival, at now: Instant) {
        self.arrival = arrival
        fault = nil
        counts.sessions &+= 1
        progress = nil
        needs = EVNeeds()
        (departure, chargesSince, needsDue, needsTold) = (nil, nil, nil, nil)
        (refusals, wasPermitted) = (0, false)
        // Who waited in the session before has been answered by its end.
        schedules = VehicleSchedules()
        told = Told()
        let number = order.cableCheck
        order = OutletOrder()
        order.cableCheck = number
        order.hasVehicle = true
    }

    mutating func open(_ session: AsyncStream<SessionInput>.Continuation) {
        self.session = session
        told = Told()
    }

    mutating func progressed(_ new: SessionProgress, at now: Instant) {
        let before = progress
        progress = new
        if new.phase == .charging, before?.phase != .charging { chargesSince = chargesSince ?? now }
        // What a car says comes beside its progress: the backend is told a moment later.
        if new.phase.isAgreed, let service = new.service, needsTold?.service != service, needsDue == nil {
            needsDue = now + .milliseconds(100)
        }
    }

    mutating func need(_ new: EVNeeds, at now: Instant) {
        if let wait = new.departure, wait != needs.departure { departure = now + wait }
        needs = new
        guard let last = needsTold, last.departure != departure else { return }
        // Cars count down; only a departure that moves is news.
        let moved = (departure ?? now).nanoseconds - (last.departure ?? now).nanoseconds
        guard abs(moved) > 120_000_000_000, now - last.at > .seconds(60) else { return }
        needsDue = needsDue ?? now
    }

    mutating func end(_ end: StationEnd) {
        lastEnd = end.inWords
        if end.isGood { counts.wellEnded &+= 1 }
        session?.finish()
        (session, arrival, progress, allowed) = (nil, nil, nil, nil)
        needs = EVNeeds()
        order.output = .off
        order.closesContactors = false
        // Who pauses stays plugged in.
        if case .paused = end {} else { order.hasVehicle = false }
    }

    /// What follows from what is known.
    mutating func settle(_ offer: StationOffer) {
        limits = progress.map { VehicleLimits(needs, $0, station: offer.power, allowed: allowed) }
        order.vehicle = limits?.power ?? .zero
        if offer.services.allSatisfy({ $0.transfer == .ac }) {
            // An AC car shapes its current itself, behind closed contactors.
            order.output =
                order.closesContactors
                ? .follow(power: order.vehicle, current: .unbounded, lowest: .volts(1), highest: .volts(1_000)) : .off
        }
        order.stateOfCharge = needs.soc
    }

    func sample(mustSpeak: Bool, _ outlet: VehicleOutlet) -> VehicleSample {
        var sample = VehicleSample()
        sample.isLinked = true
        sample.mustSpeak = mustSpeak
        sample.hasSession = hasSession
        sample.isCharging = progress?.phase.carriesPower ?? false
        sample.offered = limits.map { outlet.atGrid($0.power) } ?? .zero
        if let energy = needs.targetEnergy, let departure {
            sample.need = EVSESample.Need(energy: energy, until: departure)
        }
        return sample
    }

    // MARK: What the session hears

    func tell(_ input: SessionInput) { session?.yield(input) }

    mutating func hear(_ news: ChargerNews, meter: String) {
        guard session != nil else { return }
        if told.target != news.target {
            told.target = news.target
            counts.targets &+= 1
            tell(.target(news.target))
        }
        if told.voltage != news.report.voltage || told.current != news.report.current {
            (told.voltage, told.current) = (news.report.voltage, news.report.current)
            tell(.charger(voltage: news.report.voltage, current: news.report.current))
        }
        if let reading = news.reading { hear(reading, meter: meter, at: news.at) }
        hear(permission: news.isPermitted)
    }

    private mutating func hear(_ reading: ChargerReading, meter: String, at now: Instant) {
        if told.imported != reading.energyImported || told.exported != reading.energyExported {
            (told.imported, told.exported) = (reading.energyImported, reading.energyExported)
            tell(
                .meter(
                    ISO15118.MeterReading(
                        meterID: meter, charged: reading.energyImported ?? .zero,
                        discharged: reading.energyExported ?? .zero)))
        }
        // A charger that fails, or a plug that is drawn, ends what is under way.
        let isGone = reading.state == .available && chargesSince.map { now - $0 > .seconds(2) } ?? false
        guard reading.state == .faulted || isGone, !told.hasStopped else { return }
        told.hasStopped = true
        tell(.stop)
    }

    /// Who is no longer allowed to charge is asked to end, and loses the power at once by the limit.
    private mutating func hear(permission isPermitted: Bool) {
        if isPermitted {
            wasPermitted = true
            if told.isTerminated { tell(.ask(nil)) }
            told.isTerminated = false
        } else if wasPermitted, !told.isTerminated {
            told.isTerminated = true
            tell(.ask(.terminate))
        }
    }

    // MARK: The backend

    /// The backend allows these services, and no others.
    mutating func allow(_ services: Set<EnergyService>, _ offer: StationOffer) {
        allowed = services
        guard let progress, let service = progress.service, !services.contains(service) else { return }
        refusals += 1
        let others = services.intersection(offer.services(in: progress.standard))
        // A car that insists on what it may not have does not go round for ever.
        tell(.ask(progress.standard.isISO20 && !others.isEmpty && refusals <= 2 ? .renegotiateService : .terminate))
    }

    mutating func takeNeeds(at now: Instant) -> ChargingNeedsType? {
        guard let due = needsDue, due <= now, let progress, let service = progress.service else { return nil }
        needsDue = nil
        needsTold = (service, departure, now)
        return ChargingNeedsType(needs, progress, departure: departure.map { $0 - now })
    }

    /// The car waits to be told what it may choose between: the backend hears of it at once.
    mutating func wantsSchedules(for needs: EVNeeds, at now: Instant) {
        need(needs, at: now)
        needsDue = now
    }

    /// Whether a car under way keeps to a schedule that can be negotiated anew, which DIN SPEC 70121 does not know.
    private var keepsSchedule: Bool {
        guard let progress, progress.phase.carriesPower, progress.mode == .scheduled else { return false }
        return progress.standard != .din && !told.isTerminated
    }

    /// - Parameter room: what the connection leaves, where no backend plans.
    mutating func negotiateIfNeeded(_ room: PowerLimits?, at now: Instant, _ wall: WallTime) {
        guard keepsSchedule else { return }
        let hasChanged = room.map { schedules.differs($0, at: now, wall) } ?? false
        if schedules.wantsToTell() || hasChanged { tell(.ask(.renegotiateSchedule)) }
    }

    /// The backend hears of a plan after the needs it answers.
    mutating func takePlan() -> (profile: PowerProfile, number: Int?)? {
        guard needsTold != nil, needsDue == nil else { return nil }
        return schedules.takePlan()
    }

    mutating func takeContract() -> CheckedContinuation<SessionInput.Authorisation, Never>? {
        defer { contract = nil }
        return contract
    }

    mutating func takeCertificate() -> CheckedContinuation<CertificateResult, Never>? {
        defer { certificate = nil }
        return certificate
    }
}

extension StationPhase {
    /// Whether car and station have agreed on service and limits.
    fileprivate var isAgreed: Bool {
        switch self {
        case .cableCheck, .preCharge, .powerDelivery, .closingContactors, .charging, .meteringReceipt: true
        case .sessionSetup, .authorizationSetup, .authorization, .serviceDiscovery, .serviceSelection,
            .chargeParameters, .paymentDetails, .awaitingCertificate, .scheduleExchange, .stopped, .ended:
            false
        }
    }

    fileprivate var carriesPower: Bool { self == .charging || self == .meteringReceipt }
}

extension StationEnd {
    fileprivate var isGood: Bool {
        switch self {
        case .finished, .paused, .byOwner: true
        case .disconnected, .silent, .refused, .unsupported, .noCommonProtocol, .notV2GTP, .notUnderstood,
            .inexpressible:
            false
        }
    }

    var inWords: String {
        switch self {
        case .finished: "finished"
        case .paused: "paused"
        case .byOwner: "ended by the station"
        case .disconnected: "the car hung up"
        case .silent: "the car fell silent"
        case .refused(let code, let kind): "the car's \(kind.rawValue) was refused: \(code)"
        case .unsupported(let name): "the car wants \(name), which is not spoken here"
        case .noCommonProtocol: "the car speaks none of the protocols offered here"
        case .notV2GTP: "what the car sends is no V2GTP"
        case .notUnderstood: "the car's message is not understood"
        case .inexpressible: "our answer cannot be expressed"
        }
    }
}
