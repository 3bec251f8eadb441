// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LinuxIO
import SLAC
import Synchronization

/// A machine of matching that a thread can drive.
protocol MatchingMachine: Sendable {
    associatedtype Input: Sendable
    associatedtype Output: Sendable

    var deadline: Instant? { get }
    mutating func handle(_ input: Input, at now: Instant) -> [Output]
    static func heard(_ frame: ManagementFrame) -> Input
    static var timePassed: Input { get }
    /// What an output puts on the wire.
    static func frame(in output: Output) -> ManagementFrame?
}

extension StationMatching: MatchingMachine {
    static func heard(_ frame: ManagementFrame) -> Input { .frame(frame) }
    static var timePassed: Input { .deadlinePassed }
    static func frame(in output: Output) -> ManagementFrame? {
        switch output {
        case .send(let frame): frame
        case .ready, .matched, .runFailed, .failed, .left: nil
        }
    }
}

extension CarMatching: MatchingMachine {
    static func heard(_ frame: ManagementFrame) -> Input { .frame(frame) }
    static var timePassed: Input { .deadlinePassed }
    static func frame(in output: Output) -> ManagementFrame? {
        switch output {
        case .send(let frame): frame
        case .toggle, .matched, .runFailed, .failed, .left: nil
        }
    }
}

/// Where the power-line modem is.
package enum PowerLineModem: Hashable, Sendable {
    /// Reached on the interface under this address.
    case real(MACAddress)
    /// None: for a wire between two hosts. It hears a car as faintly as told.
    case simulated(attenuation_dB: UInt8)

    package static var common: PowerLineModem { .real(.localModem) }

    var address: MACAddress {
        switch self {
        case .real(let address): address
        case .simulated: .localModem
        }
    }
}

/// One machine on one interface, on a thread of its own: the answers' times are too short to share one.
final class MatchingDriver<Machine: MatchingMachine>: Sendable {
    private let link: EthernetLink
    private let wakeUp: WakeUp
    private let stop = StopFlag()
    /// Only few come; more than these are dropped.
    private static var mostInputs: Int { 64 }
    private let inputs = Mutex<[Machine.Input]>([])
    private let thread = Mutex<PlainThread?>(nil)

    /// - Parameter tell: told of all outputs but frames, on the thread; what it returns goes back into the machine.
    init(
        _ machine: Machine, on link: EthernetLink, modem: PowerLineModem,
        tell: @escaping @Sendable (Machine.Output) -> [Machine.Input]
    ) throws(SystemFault) {
        self.link = link
        wakeUp = try WakeUp()
        let own = MACAddress(octets: link.address) ?? .broadcast
        let loop = MatchingLoop(machine: machine, modem: modem, own: own, link: link, tell: tell)
        let started = PlainThread(name: "slac \(link.interface)") { [link, wakeUp, stop, weak self] in
            var loop = loop
            while !stop.isRaised {
                for input in self?.takeInputs() ?? [] { loop.feed(input) }
                loop.turn()
                let longest = MonotonicClock.now() + .seconds(1)
                link.wait(until: min(loop.deadline ?? longest, longest), or: wakeUp)
            }
        }
        thread.withLock { $0 = started }
    }

    deinit {
        stop.raise()
        wakeUp.signal()
    }

    func post(_ input: Machine.Input) {
        inputs.withLock { if $0.count < Self.mostInputs { $0.append(input) } }
        wakeUp.signal()
    }

    private func takeInputs() -> [Machine.Input] {
        inputs.withLock { inputs in
            defer { inputs = [] }
            return inputs
        }
    }

    /// Nothing is sent or told after it.
    func close() {
        stop.raise()
        wakeUp.signal()
        thread.withLock { $0 }?.join()
    }
}

/// What the thread has for itself.
private struct MatchingLoop<Machine: MatchingMachine>: Sendable {
    var machine: Machine
    private var simulated: SimulatedModem?
    private let own: MACAddress
    private let link: EthernetLink
    private let tell: @Sendable (Machine.Output) -> [Machine.Input]

    init(
        machine: Machine, modem: PowerLineModem, own: MACAddress, link: EthernetLink,
        tell: @escaping @Sendable (Machine.Output) -> [Machine.Input]
    ) {
        (self.machine, self.own, self.link, self.tell) = (machine, own, link, tell)
        simulated =
            switch modem {
            case .real: nil
            case .simulated(let attenuation): SimulatedModem(attenuation: AttenuationProfile(flat: attenuation))
            }
    }

    var deadline: Instant? { machine.deadline }

    /// Frames that wait, at most 64, and the time.
    mutating func turn() {
        for _ in 0..<64 {
            guard let bytes = link.receive() else { break }
            guard let frame = try? ManagementFrame(bytes: bytes) else { continue }
            hear(frame)
        }
        if let deadline, deadline <= MonotonicClock.now() { feed(Machine.timePassed) }
    }

    private mutating func hear(_ frame: ManagementFrame) {
        guard let simulated else { return feed(Machine.heard(frame)) }
        deliver(simulated.fromWire(frame, to: own))
    }

    mutating func feed(_ input: Machine.Input) {
        for output in machine.handle(input, at: MonotonicClock.now()) {
            if let frame = Machine.frame(in: output) {
                send(frame)
            } else {
                for input in tell(output) { feed(input) }
            }
        }
    }

    private mutating func send(_ frame: ManagementFrame) {
        guard let outputs = simulated?.fromHost(frame) else {
            link.send(frame.bytes)
            return
        }
        deliver(outputs)
    }

    private mutating func deliver(_ outputs: [SimulatedModem.Output]) {
        for output in outputs {
            switch output {
            case .toWire(let frame): link.send(frame.bytes)
            case .toHost(let frame): feed(Machine.heard(frame))
            }
        }
    }
}
