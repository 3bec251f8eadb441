// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Glibc

/// What the system or a person asks the daemon to do.
package enum ServiceSignal: CaseIterable, Hashable, Sendable {
    case terminate, interrupt, hangUp

    package var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangUp: SIGHUP
        }
    }
}

/// Takes signals as values on a thread of choice instead of in a handler.
///
/// Make it on the main thread before any other thread starts: threads inherit that the signals wait for `next`.
/// SIGPIPE is ignored from then on, because a closed peer is an error value here.
package final class SignalWatch: Sendable {
    private let signals: [ServiceSignal]

    package init(_ signals: [ServiceSignal] = ServiceSignal.allCases) {
        self.signals = signals
        var set = Self.set(of: signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Blocks until one of the signals comes. One that came before is not lost.
    package func next() -> ServiceSignal {
        var set = Self.set(of: signals)
        while true {
            var number: Int32 = 0
            guard sigwait(&set, &number) == 0 else { continue }
            if let signal = signals.first(where: { $0.number == number }) { return signal }
        }
    }

    /// Blocks until one of the signals comes, at most until `deadline`; nil when none came.
    package func next(until deadline: Instant) -> ServiceSignal? {
        var set = Self.set(of: signals)
        while true {
            let left = max(0, (deadline - MonotonicClock.now()).nanoseconds)
            var patience = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
            let number = sigtimedwait(&set, nil, &patience)
            if let signal = signals.first(where: { $0.number == number }) { return signal }
            if number < 0 && errno != EINTR { return nil }
        }
    }

    private static func set(of signals: [ServiceSignal]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal.number) }
        return set
    }
}
