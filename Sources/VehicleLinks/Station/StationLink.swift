// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118
import NIOCore

/// A charging point on its wire: discovery and sessions on one network interface.
package enum StationLink {
    /// Serves cars until the task is cancelled.
    /// - Parameters:
    ///   - paused: the session a car may come back to, from before a restart.
    ///   - refused: told of connections that come to no session.
    ///   - ready: told once, when cars can find the point.
    package static func run(
        _ point: any ChargingPoint, on interface: NetworkInterface, security: VehicleListener.Security,
        bounds: VehicleBounds = VehicleBounds(), paused: PausedSession? = nil, group: any EventLoopGroup,
        refused: @escaping @Sendable (VehicleRefused) -> Void = { _ in },
        ready: @Sendable (VehicleListener) -> Void
    ) async throws(LinkProblem) {
        let listener = try await VehicleListener.open(
            at: interface.linkLocal, for: point, security: security, bounds: bounds, paused: paused, group: group,
            refused: refused)
        let discovery: DiscoveryService
        do throws(LinkProblem) {
            discovery = try await DiscoveryService.open(
                on: interface, offering: listener.offers, bounds: bounds, group: group)
        } catch {
            await listener.close()
            throw error
        }
        ready(listener)
        await listener.run()
        await discovery.close()
    }
}
