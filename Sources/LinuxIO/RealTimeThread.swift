// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Electricity
import Glibc

/// Something that would have made the loop more punctual and was refused. The loop runs all the same.
package enum RealTimeNotice: Equatable, Sendable {
    case scheduling(priority: Int32, code: Int32)
    case memoryLock(code: Int32)
}

extension RealTimeNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .scheduling(let priority, let code):
            "The control loop runs without real-time priority (SCHED_FIFO \(priority): \(errorText(code))), so it may be "
                + "late under load. Grant AmbientCapabilities=CAP_SYS_NICE, or LimitRTPRIO=\(priority), in the service."
        case .memoryLock(let code):
            "The control loop's memory is not locked (\(errorText(code))), so it may wait for a page. "
                + "Grant AmbientCapabilities=CAP_IPC_LOCK, or LimitMEMLOCK=infinity, in the service."
        }
    }
}

/// The thread of the control loop: SCHED_FIFO with locked memory and a touched stack where the system grants it.
package final class RealTimeThread: Sendable {
    package struct Settings: Sendable {
        /// SCHED_FIFO, 1…99; above most of the kernel's own threads is 50 and more.
        package var priority: Int32 = 80
        package var locksMemory = true
        /// Bytes of stack; half of it is touched before the body runs.
        package var stackSize = 1 << 20
        package init(priority: Int32 = 80, locksMemory: Bool = true, stackSize: Int = 1 << 20) {
            self.priority = priority
            self.locksMemory = locksMemory
            self.stackSize = stackSize
        }
    }

    /// What was refused; complete when `init` returns.
    package let notices: [RealTimeNotice]
    private let stopFlag = StopFlag()
    private let thread: PlainThread

    /// Starts the thread, prepares it and then runs `body` on it.
    /// - Parameter body: Returns soon after the flag is raised.
    package init(
        name: String, settings: Settings = Settings(), _ body: @escaping @Sendable (_ stop: StopFlag) -> Void
    ) throws(SystemFault) {
        let preparation = Preparation(waker: try WakeUp())
        thread = PlainThread(name: name, stackSize: settings.stackSize) { [stopFlag] in
            preparation.finish(with: Self.prepare(settings))
            body(stopFlag)
        }
        notices = preparation.await()
    }

    /// Asks the body to return.
    package func stop() { stopFlag.raise() }

    /// Waits until the body has returned.
    package func join() { thread.join() }

    private static func prepare(_ settings: Settings) -> [RealTimeNotice] {
        var notices: [RealTimeNotice] = []
        let scheduling = sluice_become_real_time(settings.priority)
        if scheduling != 0 { notices.append(.scheduling(priority: settings.priority, code: scheduling)) }
        if settings.locksMemory {
            let lock = sluice_lock_memory()
            if lock != 0 { notices.append(.memoryLock(code: lock)) }
        }
        sluice_touch_stack(settings.stackSize / 2)
        return notices
    }
}

/// Carries the notices from the new thread to the one that waits for it.
private final class Preparation: @unchecked Sendable {
    private let waker: WakeUp
    /// Written before the signal, read after it.
    private var notices: [RealTimeNotice] = []

    init(waker: WakeUp) { self.waker = waker }

    func finish(with notices: [RealTimeNotice]) {
        self.notices = notices
        waker.signal()
    }

    func await() -> [RealTimeNotice] {
        while !waker.wait(until: .distantFuture) {}
        return notices
    }
}
