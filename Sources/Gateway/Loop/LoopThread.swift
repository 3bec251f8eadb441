// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LinuxIO
import PowerControl
import Synchronization

/// The thread that owns the clock: ticks on an absolute monotonic schedule until it is asked to stop.
package final class LoopThread: Sendable {
    package let period: Interval
    private let thread: RealTimeThread
    private let replacement: Replacement

    /// What was refused of real-time priority and locked memory, for people.
    package var notices: [RealTimeNotice] { thread.notices }

    package init(_ site: SiteModel, _ cells: SiteCells, period: Interval) throws(SystemFault) {
        self.period = period
        let replacement = Replacement()
        self.replacement = replacement
        thread = try RealTimeThread(name: "control-loop") { stop in
            var loop = ControlLoop(site, cells, at: MonotonicClock.now())
            var due = MonotonicClock.now() + period
            while !stop.isRaised {
                MonotonicClock.sleep(until: due)
                let began = MonotonicClock.now()
                if let change = replacement.take() { loop.replace(change, at: began) }
                loop.tick(at: began)
                let ended = MonotonicClock.now()
                loop.count(due: due, began: began, ended: ended, period: period)
                due = LoopThread.next(after: due, now: ended, period: period)
            }
        }
    }

    /// Puts other values for the same EVSEs and circuits in force with the next tick.
    func replace(_ change: ReloadedSite) { replacement.put(change) }

    package func stop() {
        thread.stop()
        thread.join()
    }

    /// The next instant on the schedule; after a stall the missed ticks are left out, not made up for.
    private static func next(after due: Instant, now: Instant, period: Interval) -> Instant {
        let next = due + period
        if next >= now { return next }
        let missed = (now - due).nanoseconds / period.nanoseconds
        return due + period * Int(missed + 1)
    }

    /// What waits to be put in force. The loop looks at one flag; only when it is set does it take the lock.
    private final class Replacement: Sendable {
        private let isWaiting = Atomic<Bool>(false)
        private let change = Mutex<ReloadedSite?>(nil)

        func put(_ new: ReloadedSite) {
            change.withLock { $0 = new }
            isWaiting.store(true, ordering: .releasing)
        }

        func take() -> ReloadedSite? {
            guard isWaiting.exchange(false, ordering: .acquiring) else { return nil }
            return change.withLock { held in
                defer { held = nil }
                return held
            }
        }
    }
}
