// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Gives one device what a backend wants it to do by itself, and puts back what stood there before when it no longer wants
/// it. What stood there is read and handed out to be kept before anything is written. Outlives the link, for the device does too.
struct DeviceDERSettings {
    private enum Phase {
        case offline
        case surveying(DERSurvey)
        case idle
        /// Reading what stands there.
        case looking(SunSpecGridModel, SunSpecModelImage)
        case writing(SunSpecGridModel, SunSpecWriter)
    }

    private let allowed: Set<DERFunction>
    private let maximumRead: Int
    private(set) var report = DERReport()
    /// What was told of it last.
    private var told = DERReport()
    private var wanted = DERSettings()
    /// Whether anybody has said yet what is wanted.
    private var isAsked = false
    private var wantsAnything = false
    private var former: [SunSpecGridModel: SunSpecModelImage]
    private var phase = Phase.offline
    private var models: [Int: Int] = [:]
    /// What is still to be brought about in this round.
    private var open: [SunSpecGridModel] = []
    private var dueAt = Instant.distantPast
    private var wear: PersistentWrites
    private var controlledAt = Instant.distantPast

    /// Ours: others may write too; a device that did not take something may take it later; a gateway that has just started is told soon
    /// what its backends want; reactive power follows no faster than this.
    private static let interval = Interval.minutes(15)
    private static let retry = Interval.minutes(5)
    private static let grace = Interval.seconds(30)
    private static let pace = Interval.seconds(10)

    /// - Parameter dailyBudget: Writes a day to one model that keeps what is written.
    /// - Returns: nil where nothing may be set.
    init?(_ options: ChargerOptions, _ profile: FirmwareProfile, dailyBudget: Int) {
        allowed = options.derFunctions.intersection(profile.derFunctions)
        guard !allowed.isEmpty || !options.formerSettings.isEmpty else { return nil }
        maximumRead = profile.transport.maximumRead
        wear = PersistentWrites(dailyBudget: dailyBudget)
        former = [:]
        for (number, words) in options.formerSettings {
            guard let model = SunSpecGridModel(rawValue: number), SunSpecGridModel.settable.contains(model) else {
                continue
            }
            former[model] = SunSpecModelImage(words)
        }
    }

    var formerSettings: FormerSettings {
        Dictionary(uniqueKeysWithValues: former.map { ($0.key.rawValue, $0.value.registers) })
    }

    /// Models that hold, or may still hold, what a backend wanted.
    var occupied: Set<SunSpecGridModel> { Set(former.keys) }

    mutating func give(_ settings: DERSettings) {
        guard settings != wanted || !isAsked else { return }
        wanted = settings
        isAsked = true
        wantsAnything = !settings.functions.isEmpty
        report.inForce = []
        report.failures = [:]
        report.notRestored = nil
        begin(at: .distantPast)
    }

    /// The device is under control: looks what it has, and brings it to what is wanted.
    mutating func connected(_ session: ModbusSession) {
        models = session.models
        phase = .surveying(DERSurvey(allowed, models: models, maximumRead: maximumRead))
    }

    mutating func disconnected() {
        phase = .offline
        report.inForce = []
    }

    private mutating func begin(at instant: Instant) {
        dueAt = instant
        open = []
        switch phase {
        case .idle, .looking, .writing: phase = .idle
        case .offline, .surveying: break
        }
    }

    // MARK: Turns

    var nextAt: Instant? {
        switch phase {
        case .offline: nil
        case .surveying, .looking: .distantPast
        case .idle where open.isEmpty && former.isEmpty && !wantsAnything: report == told ? nil : .distantPast
        case .idle: dueAt
        case .writing(_, let writer): max(dueAt, writer.nextAt ?? .distantPast)
        }
    }

    mutating func advance(_ session: ModbusSession, at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        switch phase {
        case .offline: return []
        case .surveying(let survey): return try look(survey, session, at: now)
        case .idle: return beginNext(at: now)
        case .looking(let model, let image): return try look(model, image, session, at: now)
        case .writing(let model, let writer): return try write(model, writer, session, at: now)
        }
    }

    private mutating func look(
        _ survey: DERSurvey, _ session: ModbusSession, at now: Instant
    ) throws(DeviceFault) -> [DeviceEvent] {
        var survey = survey
        if let next = survey.next {
            if let words = try read(next, session, at: now) { survey.take(words) } else { survey.takeRefusal() }
        }
        guard survey.next == nil else {
            phase = .surveying(survey)
            return []
        }
        report.found = survey.found.intersection(allowed)
        report.rating = survey.rating
        phase = .idle
        begin(at: isAsked ? now : now + Self.grace)
        return tell()
    }

    private mutating func beginNext(at now: Instant) -> [DeviceEvent] {
        if open.isEmpty { open = round }
        guard let model = open.first else { return tell() }
        if former[model] == nil, let address = models[model.rawValue] {
            phase = .looking(model, SunSpecModelImage(at: address))
        } else {
            phase = .writing(model, writer(model))
        }
        return []
    }

    private mutating func look(
        _ model: SunSpecGridModel, _ image: SunSpecModelImage, _ session: ModbusSession, at now: Instant
    ) throws(DeviceFault) -> [DeviceEvent] {
        var image = image
        if let next = image.missing(atMost: max(2, min(maximumRead, 125))) {
            guard let words = try read(next, session, at: now) else {
                return conclude(model, .differs("model \(model.rawValue) cannot be read"), at: now)
            }
            image.append(words)
        }
        guard image.missing(atMost: 2) == nil else {
            phase = .looking(model, image)
            return []
        }
        former[model] = image
        phase = .writing(model, writer(model))
        return [.formerSettings(formerSettings)]
    }

    private func read(
        _ block: (address: Int, count: Int), _ session: ModbusSession, at now: Instant
    ) throws(DeviceFault) -> [UInt16]? {
        do {
            return try session.read(.holding, at: UInt16(clamping: block.address), count: block.count, now: now)
        } catch {
            guard case .exception = error else { throw .link(error) }
            return nil
        }
    }

    // MARK: What is wanted of a model

    /// What switches off goes first, for a device follows one function of reactive power.
    private var round: [SunSpecGridModel] {
        let all = SunSpecGridModel.settable.filter { former[$0] != nil || wanted.target($0) != nil }
        guard isAsked || !former.isEmpty else { return [] }
        return all.filter { !switchesOn($0) } + all.filter(switchesOn)
    }

    private func switchesOn(_ model: SunSpecGridModel) -> Bool {
        guard model == .control else { return target(model)?.isOn ?? false }
        if wanted.target(model) != nil { return !wanted.functions.isDisjoint(with: model.functions) }
        return former[model].map { image in [2, 8, 35].contains { image.word($0) == 1 } } ?? false
    }

    private func target(_ model: SunSpecGridModel) -> SunSpecTarget? {
        wanted.target(model)
            ?? former[model].map { image in
                SunSpecTarget(model: model, isOn: image.word(SunSpecGridModel.enable) == 1) { set, now in
                    model.fields(formerly: image, set: set, now)
                }
            }
    }

    private func writer(_ model: SunSpecGridModel) -> SunSpecWriter {
        SunSpecWriter(target(model).map { [$0] } ?? [], models: models, maximumRead: maximumRead)
    }

    // MARK: Writing

    private mutating func write(
        _ model: SunSpecGridModel, _ writer: SunSpecWriter, _ session: ModbusSession, at now: Instant
    ) throws(DeviceFault) -> [DeviceEvent] {
        var writer = writer
        do throws(LinkFault) {
            switch writer.exchange {
            case .read(let address, let count):
                writer.took(
                    try session.read(.holding, at: UInt16(clamping: address), count: count, now: now), at: now)
            case .write(let words, let address):
                if let opening = writer.opening, !mayOpen(opening.words, model, &writer, at: now) { break }
                try session.write(words, to: UInt16(clamping: address), at: now)
                writer.wrote(at: now)
            case nil: break
            }
        } catch {
            guard case .exception = error else { throw .link(error) }
            writer.refused(error)
        }
        phase = .writing(model, writer)
        return writer.outcome.map { conclude(model, $0, at: now) } ?? []
    }

    /// Spares memory that wears. What is put back was written over before, so it is counted and never held up.
    private mutating func mayOpen(
        _ words: [UInt16], _ model: SunSpecGridModel, _ writer: inout SunSpecWriter, at now: Instant
    ) -> Bool {
        let isReturn = wanted.target(model) == nil
        guard model != .control else {
            guard isReturn || now >= controlledAt + Self.pace else {
                dueAt = controlledAt + Self.pace
                return false
            }
            controlledAt = now
            return true
        }
        let name = String(model.rawValue)
        // Somebody else has written over it if it is to be written again.
        if wear.knows(name) { wear.found([], in: name) }
        switch wear.verdict(words, to: name, at: now, isProtective: isReturn) {
        case .write, .isThere:
            wear.wrote(words, to: name, at: now)
            return true
        case .later(let instant): dueAt = instant
        case .spent: writer.fail("the \(wear.dailyBudget) writes of the day to model \(name) are used up")
        }
        return false
    }

    private mutating func conclude(
        _ model: SunSpecGridModel, _ outcome: SunSpecWriter.Outcome, at now: Instant
    ) -> [DeviceEvent] {
        var events: [DeviceEvent] = []
        let functions = wanted.functions.intersection(model.functions)
        for function in model.functions {
            report.inForce.remove(function)
            report.failures[function] = nil
        }
        switch outcome {
        case .agrees where wanted.target(model) == nil:
            former[model] = nil
            report.notRestored = nil
            events.append(.formerSettings(formerSettings))
        case .agrees: report.inForce.formUnion(functions)
        case .differs(let why) where wanted.target(model) == nil:
            report.notRestored = "\(why). Set the device by hand to what it did before the backend's DER control."
        case .differs(let why):
            for function in functions { report.failures[function] = "\(why)" }
        }
        phase = .idle
        if !open.isEmpty { open.removeFirst() }
        let hasFailed = !report.failures.isEmpty || report.notRestored != nil
        dueAt = open.isEmpty ? now + (hasFailed ? Self.retry : Self.interval) : now
        return events + tell()
    }

    private mutating func tell() -> [DeviceEvent] {
        guard report != told else { return [] }
        told = report
        return [.der(report)]
    }
}

extension SunSpecModelImage {
    /// As it was kept.
    init(_ words: [UInt16]) {
        self.init(at: 0)
        append(words)
    }
}
