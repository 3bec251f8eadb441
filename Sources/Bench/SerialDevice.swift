// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LinuxIO
import SimulatedSite

/// A device with a serial protocol of its own, talking on a thread until it is stopped.
final class SerialDevice: Sendable {
    /// How long a device may fail to notice that it shall stop, and how late it may say something by itself.
    private static let tick = Interval.milliseconds(20)
    private let stopFlag: StopFlag
    private let thread: PlainThread

    private init(name: String, _ body: @escaping @Sendable (StopFlag) -> Void) {
        let stopFlag = StopFlag()
        self.stopFlag = stopFlag
        thread = PlainThread(name: name) { body(stopFlag) }
    }

    func stop() {
        stopFlag.raise()
        thread.join()
    }

    /// An OpenEVSE controller in front of charger `evse`.
    static func rapi(_ line: TerminalLine, site: SharedSite, evse: Int, maximum: Int) -> SerialDevice {
        SerialDevice(name: "rapi device") { stop in
            var device = SimulatedRAPI(maximum: maximum)
            while !stop.isRaised {
                let bytes = line.read(waiting: tick)
                let now = MonotonicClock.now()
                let answer = site.access(at: now) { site in
                    site.withCharger(evse) { device.receive(bytes, charger: &$0, at: now) } ?? []
                }
                if !answer.isEmpty { line.write(answer) }
            }
        }
    }

    /// A smart meter's customer port: speaks at its interval, hears nothing.
    static func p1(_ line: TerminalLine, site: SharedSite, meter: SimulatedP1) -> SerialDevice {
        SerialDevice(name: "p1 meter") { stop in
            var meter = meter
            while !stop.isRaised {
                _ = line.read(waiting: max(.zero, min(tick, meter.nextEvent - MonotonicClock.now())))
                let now = MonotonicClock.now()
                let telegram = site.access(at: now) { meter.poll(meter: $0.meter, at: now) }
                if !telegram.isEmpty { line.write(telegram) }
            }
        }
    }
}

extension SimulatedP1 {
    /// A meter whose clock shows Central European winter time.
    init(interval: Interval, at now: Instant, wall: WallClock) {
        let local = WallClock(seconds: wall.seconds + 3_600, nanoseconds: wall.nanoseconds)
        let sinceMidnight = Interval(nanoseconds: local.seconds % 86_400 * 1_000_000_000 + Int64(local.nanoseconds))
        let date = local.description.prefix(10).split(separator: "-").compactMap { Int($0) }
        let today = date.count == 3 ? (year: date[0] - 2_000, month: date[1], day: date[2]) : (26, 1, 1)
        self.init(interval: interval, date: today, midnight: now - sinceMidnight, firstAt: now)
    }
}
