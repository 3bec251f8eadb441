// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

@testable import ISO15118

/// A car plugged into a station in one process: bytes both ways, a charger and a battery as simple physics, virtual time.
struct Pair {
    static let step = Interval.milliseconds(10)
    /// Of the negotiation of contactors, insulation test and precharge.
    static let hardware = Interval.milliseconds(200)

    private(set) var now = Instant(nanoseconds: 0)
    var station: StationSession
    var car: VehicleSession
    private(set) var stationEnd: StationEnd?
    private(set) var carEnd: VehicleEnd?
    /// Everything the station wanted done, without the messages.
    private(set) var effects: [StationOutput] = []
    /// Every frame from either side.
    private(set) var frames: [(fromCar: Bool, bytes: [UInt8])] = []
    private(set) var point = OperatingPoint.off
    private(set) var acPower = Power.zero
    private(set) var voltage = Voltage.zero
    private(set) var carIsConnected = false
    private(set) var installed: Contract?
    /// What is behind the station and makes contracts; nil: silence.
    var backend: (CertificateRequest) -> CertificateResult? = { _ in .unavailable }
    var authorisation = StationInput.Authorisation.granted
    var insulation = StationInput.Insulation.valid
    var contactorsWork = true
    /// What the owner answers to a car that waits; nil: nothing.
    var schedules: [ScheduleTuple]?
    private var due: [(at: Instant, input: StationInput)] = []

    init(
        _ offer: StationOffer, _ plan: VehiclePlan, paused: PausedSession? = nil, contracts: StationContracts? = nil,
        carContracts: VehicleContracts? = nil
    ) {
        let time = WallTime(milliseconds: 1_900_000_000_000)
        station = StationSession(
            offer: offer, sessionID: [1, 2, 3, 4, 5, 6, 7, 8], paused: paused, contracts: contracts,
            at: now, wallTime: time)
        car = VehicleSession(plan, contracts: carContracts, at: now, wallTime: time)
    }

    /// What flows into the car.
    var power: Power {
        guard car.plan.service.transfer == .dc else { return acPower }
        guard carIsConnected else { return .zero }
        return car.plan.batteryVoltage * current
    }

    private var current: Current {
        switch point {
        case .off, .preCharge: .zero
        case .current(let current, _): current
        case .power(let power, let limits, _, _):
            limits.nearest(to: Current(milli: power.milli * 1_000 / car.plan.batteryVoltage.milli))
        }
    }

    var isOver: Bool { stationEnd != nil && carEnd != nil }

    mutating func plugIn() { obey(car.start(at: now)) }

    mutating func tell(_ input: StationInput) { obey(station.handle(input, at: now)) }

    mutating func run(for length: Interval) {
        let end = now + length
        while now < end, !isOver {
            now = now + Self.step
            for each in due where each.at <= now { tell(each.input) }
            due.removeAll { $0.at <= now }
            tell(.charger(voltage: voltage, current: current))
            car.handle(.power(power))
            obey(station.advance(to: now))
            obey(car.advance(to: now))
        }
    }

    /// Up to the first answered turn of the loop.
    mutating func runIntoTheLoop() {
        plugIn()
        while car.turns == 0, !isOver, now < Instant(nanoseconds: 60_000_000_000) { run(for: Self.step) }
    }

    private mutating func obey(_ outputs: [StationOutput]) {
        for output in outputs {
            switch output {
            case .send(let frame):
                frames.append((false, frame.bytes))
                obey(car.receive(frame.bytes, at: now))
                continue
            case .authorise, .authoriseContract: later(.authorisation(authorisation))
            case .select: break
            case .certificate(let wish): if let answer = backend(wish) { later(.certificate(answer)) }
            case .schedules: if let schedules { later(.schedules(schedules)) }
            case .checkCable: later(.insulation(insulation))
            case .contactors(let state): if contactorsWork { later(.contactors(state)) }
            case .operate(let point): operate(point)
            case .need, .receipt, .profile: break
            case .end(let end): stationEnd = end
            }
            effects.append(output)
        }
    }

    private mutating func obey(_ outputs: [VehicleOutput]) {
        for output in outputs {
            switch output {
            case .send(let bytes):
                frames.append((true, bytes))
                obey(station.receive(bytes, at: now))
            case .contactors(let state): carIsConnected = state == .closed
            case .take(let power): acPower = power
            case .installed(let contract): installed = contract
            case .end(let end):
                carEnd = end
                carIsConnected = false
                obey(station.disconnected(at: now))
            }
        }
    }

    private mutating func later(_ input: StationInput) { due.append((now + Self.hardware, input)) }

    private mutating func operate(_ point: OperatingPoint) {
        self.point = point
        switch point {
        case .off: voltage = .zero
        case .preCharge(let target): voltage = target
        case .current, .power: voltage = car.plan.batteryVoltage
        }
    }
}

extension StationOffer {
    /// 22 kW both ways, every standard.
    static var bench: StationOffer {
        StationOffer(
            standards: Standard.allCases, services: EnergyService.allCases, evseID: "DE*SLU*E0001",
            power: PowerLimits(from: .watts(-22_000), to: .watts(22_000)))
    }
}

extension VehiclePlan {
    /// 11 kW in, 10 kW out, 400 V.
    static func bench(_ standard: Standard, _ service: EnergyService, _ mode: ControlMode) -> VehiclePlan {
        var needs = EVNeeds()
        needs.power = PowerLimits(from: service.isBidirectional ? .watts(-10_000) : .zero, to: .watts(11_000))
        needs.current = CurrentLimits(from: service.isBidirectional ? .amperes(-30) : .zero, to: .amperes(30))
        needs.lowestVoltage = .volts(300)
        needs.highestVoltage = .volts(450)
        needs.soc = .percent(50)
        needs.targetSoC = .percent(80)
        needs.targetEnergy = .wattHours(20_000)
        needs.departure = .seconds(7_200)
        return VehiclePlan(standards: [standard], service: service, mode: mode, needs: needs)
    }
}

/// A car, a service and a control mode that a standard knows.
struct Course: CustomStringConvertible, Sendable {
    let standard: Standard
    let service: EnergyService
    let mode: ControlMode

    var description: String { "\(standard) \(service) \(mode)" }
    var plan: VehiclePlan { .bench(standard, service, mode) }

    static let iso20: [Course] = EnergyService.allCases.flatMap { service in
        ControlMode.allCases.map {
            Course(standard: service.transfer == .ac ? .iso20AC : .iso20DC, service: service, mode: $0)
        }
    }
    static let older: [Course] = [
        Course(standard: .iso2, service: .dc, mode: .scheduled),
        Course(standard: .iso2, service: .ac, mode: .scheduled),
        Course(standard: .din, service: .dc, mode: .scheduled),
    ]
    static let all = iso20 + older
}
