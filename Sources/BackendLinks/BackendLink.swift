// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import Synchronization

/// What a link to a backend tells.
package enum LinkEvent: Sendable {
    /// `profile` is the index of the network profile that worked.
    case opened(subprotocol: Subprotocol, profile: Int)
    case text(String)
    case closed(LinkEnd, retryIn: Duration)
    case refused(BackendRefused, profile: Int, retryIn: Duration)
}

/// A link to a backend that stays: opened, and opened again after it ends, as the policy says, through one profile after
/// the other.
package final class BackendLink<C: Clock>: Sendable where C.Duration == Duration {
    private let profiles: [NetworkProfile]
    private let policy: ReconnectPolicy
    private let bounds: Mutex<LinkBounds>
    private let group: any EventLoopGroup
    private let clock: C
    private let current = Mutex<WebSocketLink?>(nil)

    /// - Parameters:
    ///   - profiles: as many as the policy counts, by priority.
    ///   - clock: measures the waits between attempts; time within a link is its event loop's.
    package init(
        _ profiles: [NetworkProfile], policy: ReconnectPolicy, bounds: LinkBounds = LinkBounds(),
        on group: any EventLoopGroup, clock: C
    ) {
        precondition(profiles.count == policy.profiles, "the policy counts other profiles")
        (self.profiles, self.policy) = (profiles, policy)
        self.bounds = Mutex(bounds)
        (self.group, self.clock) = (group, clock)
    }

    /// Sends over the link there is now. Nothing is kept for a later one: what must not be lost is the caller's to keep.
    package func send(_ text: String) async throws(LinkFault) {
        guard let link = current.withLock({ $0 }) else { throw .notConnected }
        try await link.send(text)
    }

    /// Pings at this interval from now on, over the link there is and those to come; zero sends none.
    package func ping(every interval: Duration) {
        bounds.withLock { $0.pingInterval = interval }
        current.withLock { $0 }?.ping(every: interval)
    }

    /// Closes the link there is now with a code of RFC 6455, 7.4; the next one is opened as after every end.
    package func close(code: UInt16) async { _ = await current.withLock({ $0 })?.close(code: code) }

    /// Keeps the link until the task is cancelled, then closes it with 1001.
    /// - Parameter receive: told everything in order, one at a time. While it works, the next messages wait, up to
    ///   `LinkBounds.unreadMessages`.
    package func run(_ receive: (LinkEvent) async -> Void) async {
        var policy = policy
        var chance = SystemRandomNumberGenerator()
        let start = clock.now
        while !Task.isCancelled {
            let index = policy.profile
            let next: ReconnectPolicy.Attempt
            do throws(BackendRefused) {
                let bounds = bounds.withLock { $0 }
                let link = try await WebSocketLink.open(profiles[index], bounds: bounds, on: group)
                policy.opened()
                let end = await use(link, profile: index, receive)
                let now = start.duration(to: clock.now)
                next = policy.lost(at: now, using: &chance)
                await receive(.closed(end, retryIn: next.at - now))
            } catch {
                if error == .cancelled { return }
                let now = start.duration(to: clock.now)
                next = policy.refused(at: now, using: &chance)
                await receive(.refused(error, profile: index, retryIn: next.at - now))
            }
            // Ends early only when cancelled, which the loop asks about.
            try? await clock.sleep(until: start.advanced(by: next.at), tolerance: nil)
        }
    }

    private func use(_ link: WebSocketLink, profile: Int, _ receive: (LinkEvent) async -> Void) async -> LinkEnd {
        current.withLock { $0 = link }
        // It may have changed while the link was being opened.
        link.ping(every: bounds.withLock { $0.pingInterval })
        await receive(.opened(subprotocol: link.subprotocol, profile: profile))
        for await text in link.messages { await receive(.text(text)) }
        current.withLock { $0 = nil }
        return Task.isCancelled ? await link.close(code: 1001) : await link.end()
    }
}
