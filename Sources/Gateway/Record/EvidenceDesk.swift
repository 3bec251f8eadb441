// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection
import Journal
import LinuxIO
import LocalAPI
import Logging
import Synchronization

/// Keeps the record of what was ordered and done. An instruction is on disk before it is passed on, and what it changed is
/// on disk before it is acknowledged. Where there is no journal, or it fails, the limits hold all the same, and it is said.
final class EvidenceDesk: Sendable {
    let journal: EvidenceJournal?
    private let cells: SiteCells
    private let desk: CommandDesk
    private let answers = Answers()
    let logger: Logger
    private let stop = StopFlag()
    private let thread = Mutex<PlainThread?>(nil)
    private let nextInstruction: Atomic<UInt64>
    private let belowMinimum = Mutex<Set<UInt64>>([])
    /// What the journal holds of the rules' memory.
    private let keptMemory = Mutex<Data?>(nil)
    private let isFailing = Atomic<Bool>(false)
    private let trace: MinuteTracer
    private let guaranteedMinimum: Power?

    /// This run of the system.
    static let boot: BootID = {
        guard let boot = SystemFacts.bootID().flatMap(BootID.init) ?? BootID("unknown") else {
            preconditionFailure("a plain word names a boot")
        }
        return boot
    }()

    /// The key of the number that the next instruction gets.
    private static let counterKey = "next instruction"

    init(
        _ journal: EvidenceJournal?, _ cells: SiteCells, _ desk: CommandDesk, guaranteedMinimum: Power?,
        version: String,
        logger: Logger
    ) {
        self.journal = journal
        self.cells = cells
        self.desk = desk
        self.logger = logger
        self.guaranteedMinimum = guaranteedMinimum
        trace = MinuteTracer()
        nextInstruction = Atomic(Self.storedCounter(journal, logger))
        record([.clock(.started(version: version))], durability: .full)
        let stop = stop
        let started = PlainThread(name: "record") { [self] in
            var news = self.cells.news.takeReader()
            while !stop.isRaised {
                self.drain(&news)
                MonotonicClock.sleep(for: .milliseconds(10))
            }
            self.drain(&news)
        }
        thread.withLock { $0 = started }
    }

    func end() {
        stop.raise()
        let last = thread.withLock { held in
            defer { held = nil }
            return held
        }
        last?.join()
        answers.end()
        record([.clock(.stopped(reason: "asked to"))], durability: .full)
        do throws(JournalFault) { try journal?.close() } catch { logger.error("\(error)") }
    }

    // MARK: - Instructions

    /// Records an instruction, passes it on and waits for what became of it.
    /// - Parameters:
    ///   - orders: What the record shall say, one for each direction; none for signs of life, which are no orders.
    ///   - input: Made of the instruction's name.
    func instruct(
        _ orders: [InstructionRecord.Order], _ input: (InstructionID) -> ConnectionInput
    ) async throws(APIProblem) -> (reply: ConnectionReply, id: InstructionID) {
        let (number, counter) = newInstruction()
        if !orders.isEmpty {
            record(
                orders.map { .instruction(InstructionRecord(id: "\(number)", .received($0))) },
                state: [counter.key: counter.value], durability: .full)
        }
        let id = InstructionID(number)
        answers.expect(number)
        try desk.instruct(input(id), ticket: number)
        guard let reply = await answers.wait(for: number) else {
            throw .unavailable("The control loop gave no answer.", remedy: "See the loop's state with: sluice status")
        }
        return (reply, id)
    }

    /// A number that no instruction had before, and what has to be written down with its record so that none has it again.
    func newInstruction() -> (number: UInt64, counter: (key: String, value: Data)) {
        let number = nextInstruction.wrappingAdd(1, ordering: .relaxed).oldValue
        return (number, (Self.counterKey, Data("\(number + 1)".utf8)))
    }

    private static func storedCounter(_ journal: EvidenceJournal?, _ logger: Logger) -> UInt64 {
        do throws(JournalFault) {
            guard let data = try journal?.state(counterKey) else { return 1 }
            return String(data: data, encoding: .utf8).flatMap(UInt64.init) ?? 1
        } catch {
            logger.error("\(error)")
            return 1
        }
    }

    // MARK: - News of the loop

    private func drain(_ news: inout RingReader<ConnectionNews>) {
        var records: [EvidenceRecord] = []
        var replies: [(UInt64, ConnectionReply)] = []
        while let item = news.pop() {
            switch item {
            case .event(let event): records += told(event)
            case .reply(let reply, let ticket): replies.append((ticket, reply))
            case .lost(let count):
                logger.error("\(count) events of the grid's rules found no place and are not in the record")
            }
        }
        if !records.isEmpty || !replies.isEmpty { keep(records) }
        for (ticket, reply) in replies { answers.answer(ticket, reply) }
    }

    /// An instruction whose time has not come makes no event, and must survive all the same.
    private func keep(_ records: [EvidenceRecord]) {
        var state: [String: Data?] = [:]
        do {
            let data = try StoredMemory.data(cells.memory.read())
            if keptMemory.withLock({ $0 }) != data {
                state[StoredMemory.key] = data
            }
        } catch {
            logger.error("what must survive a restart cannot be written down: \(error)")
        }
        guard !records.isEmpty || !state.isEmpty else { return }
        if record(records, state: state, durability: .full), case let data?? = state[StoredMemory.key] {
            keptMemory.withLock { $0 = data }
        }
    }

    private func told(_ event: ConnectionEvent) -> [EvidenceRecord] {
        logger.notice(
            "\(event.rule.inWords): \(event.kind)",
            metadata: event.instruction == .none ? nil : ["instruction": "\(event.instruction.number)"])
        switch event.kind {
        case .belowMinimum:
            belowMinimum.withLock { _ = $0.insert(event.instruction.number) }
            return []
        case .expired, .superseded, .cancelled, .refused:
            belowMinimum.withLock { _ = $0.remove(event.instruction.number) }
        case .began, .effective, .alreadyBelow, .overdue, .failsafeEntered, .failsafeLeft, .stateChanged, .lockedOut,
            .lockOutReset, .settingsChanged:
            break
        }
        let isBelow = belowMinimum.withLock { $0.contains(event.instruction.number) }
        return event.records(isBelowMinimum: isBelow, floor: event.rule == .section14a ? guaranteedMinimum : nil)
    }

    // MARK: - Once a second

    /// Takes part in the one-minute trace, and writes down decisions that changed.
    func observe(_ status: SiteStatus, changed decisions: [Explanation]) {
        var records: [EvidenceRecord] = decisions.map { explanation in
            .decision(
                DecisionRecord(
                    evse: explanation.evse, target: explanation.target,
                    steps: explanation.steps.prefix(DecisionRecord.mostSteps).map {
                        DecisionRecord.Step(stage: $0.stage, value: $0.value, because: $0.because)
                    }))
        }
        let now = Self.wall()
        if let minute = trace.add(status, at: now) { records.append(.minuteTrace(minute)) }
        if !records.isEmpty { record(records, durability: .relaxed) }
        keepWithinBounds(now)
    }

    private func keepWithinBounds(_ now: WallTime) {
        guard let journal, now.seconds % 60 == 0 else { return }
        do throws(JournalFault) {
            for notice in try journal.keepWithinBounds(at: moment(), isClockTrusted: WallTime.now() != nil) {
                logger.warning("\(notice)")
            }
        } catch {
            complain(error)
        }
    }

    // MARK: - The journal

    /// - Returns: False when it could not be written, which is said.
    @discardableResult
    func record(_ records: [EvidenceRecord], state: [String: Data?] = [:], durability: Durability) -> Bool {
        guard let journal else { return true }
        let moment = moment()
        do throws(JournalFault) {
            let receipt = try journal.append(
                records.map { EvidenceEntry(at: moment, $0) }, state: state, durability: durability)
            for notice in receipt.notices { logger.warning("\(notice)") }
            if isFailing.exchange(false, ordering: .relaxed) { logger.notice("the journal records again") }
            return true
        } catch {
            complain(error)
            return false
        }
    }

    /// A fault that stays is said once.
    func complain(_ fault: JournalFault) {
        if !isFailing.exchange(true, ordering: .relaxed) {
            logger.error("\(fault) The limits hold; what happens meanwhile is not recorded.")
        }
    }

    private func moment() -> Moment { Moment(wall: Self.wall(), monotonic: MonotonicClock.now(), boot: Self.boot) }

    /// What the clock shows, trusted or not: the record says when, as far as was known.
    static func wall() -> WallTime {
        let clock = WallClock.now()
        return WallTime(milliseconds: clock.seconds * 1_000 + Int64(clock.nanoseconds) / 1_000_000)
    }
}
