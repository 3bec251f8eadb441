// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LinuxIO
import Logging

/// One bus with its devices, worked by a thread of its own because its link blocks.
final class Bus {
    /// A device and where its readings go.
    enum Member {
        case charger(any ChargerDevice, ChargerCell)
        case meter(any MeterDevice, MeterCell)

        var device: any BusDevice {
            switch self {
            case .charger(let device, _): device
            case .meter(let device, _): device
            }
        }
        var isMeter: Bool {
            switch self {
            case .charger: false
            case .meter: true
            }
        }
    }

    let name: String
    private let link: BusLink
    private let waker: WakeUp
    private let logger: Logger
    private var outlets: [DeviceOutlet]
    private var schedule: BusSchedule
    private var linkFault: String?

    init(name: String, link: BusLink, waker: WakeUp, members: [Member], logger: Logger) {
        self.name = name
        self.link = link
        self.waker = waker
        self.logger = logger
        outlets = members.map { DeviceOutlet($0, logger: logger) }
        schedule = BusSchedule(meters: members.map(\.isMeter))
    }

    /// Works the bus until the flag is raised, then hands its chargers back.
    func run(until stop: StopFlag) {
        while !stop.isRaised { turn() }
        handBack()
        link.close()
    }

    private func turn() {
        let now = MonotonicClock.now()
        guard link.isOpen || reopen(now) else {
            _ = waker.wait(until: min(schedule.reopenAt, now + .milliseconds(500)))
            return
        }
        let requests = outlets.map { $0.request() }
        guard let turn = schedule.next(requests, now: now), turn.at <= now else {
            // An order may come at any time; the waker ends the wait.
            let next = schedule.next(requests, now: now)?.at ?? .distantFuture
            _ = waker.wait(until: min(next, now + .milliseconds(500)))
            return
        }
        serve(turn.device, now)
    }

    private func serve(_ index: Int, _ now: Instant) {
        do throws(DeviceFault) {
            try outlets[index].takeTurn(at: now)
            schedule.succeeded(index, at: MonotonicClock.now())
            if linkFault != nil { logger.notice("the link is up again", metadata: ["bus": "\(name)"]) }
            linkFault = nil
        } catch {
            schedule.failed(index, at: MonotonicClock.now())
            if case .link(let fault) = error, fault.needsReopening {
                loseLink(fault)
            } else {
                outlets[index].failed(error)
            }
        }
    }

    private func reopen(_ now: Instant) -> Bool {
        guard now >= schedule.reopenAt else { return false }
        do throws(LinkFault) {
            try link.open()
        } catch {
            loseLink(error)
            return false
        }
        return true
    }

    private func loseLink(_ fault: LinkFault) {
        link.close()
        schedule.lostLink(at: MonotonicClock.now())
        for outlet in outlets { outlet.linkWasLost(DeviceFault.link(fault).description) }
        // One line when it goes, not one per attempt.
        if linkFault == nil {
            let names = outlets.map(\.name).joined(separator: ", ")
            logger.warning(
                "\(DeviceFault.link(fault)) Trying again.", metadata: ["bus": "\(name)", "device": "\(names)"])
        }
        linkFault = fault.description
    }

    private func handBack() {
        guard link.isOpen else { return }
        for outlet in outlets { outlet.handBack() }
    }
}
