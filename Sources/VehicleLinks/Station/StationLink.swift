// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118
import NIOCore

/// A charging point on its wire: discovery and sessions on one network interface.
package enum StationLink {
    /// Serves cars until the task is cancelled.
    /// - Parameters:
    ///   - dataLink: where cars are matched first; nobody else is let in.
    ///   - waiting: the session a car may come back to, from before a restart.
    ///   - refused: told of connections that come to no session.
    ///   - ready: told once, when cars can find the point.
    /// - Throws: why cars cannot be served; `.notMatched(.modemSilent)` also later, when the modem falls silent.
    package static func run(
        _ point: any ChargingPoint, on interface: NetworkInterface, security: VehicleListener.Security,
        bounds: VehicleBounds = VehicleBounds(), dataLink: DataLink? = nil, waiting: WaitingSession? = nil,
        group: any EventLoopGroup, refused: @escaping @Sendable (VehicleRefused) -> Void = { _ in },
        ready: @Sendable (VehicleListener) -> Void
    ) async throws(LinkProblem) {
        let listener = try await VehicleListener.open(
            at: interface.linkLocal, for: point, security: security, bounds: bounds, dataLink: dataLink,
            waiting: waiting, group: group, refused: refused)
        let discovery: DiscoveryService
        do throws(LinkProblem) {
            discovery = try await DiscoveryService.open(
                on: interface, offering: listener.offers, bounds: bounds, dataLink: dataLink, group: group)
        } catch {
            await listener.close()
            throw error
        }
        ready(listener)
        let problem = await serve(listener, dataLink)
        await discovery.close()
        if let problem { throw problem }
    }

    private static func serve(_ listener: VehicleListener, _ dataLink: DataLink?) async -> LinkProblem? {
        guard let dataLink else {
            await listener.run()
            return nil
        }
        return await withTaskGroup(of: LinkProblem?.self) { group in
            group.addTask {
                await listener.run()
                return nil
            }
            group.addTask { await dataLink.run() }
            let problem = await group.next() ?? nil
            group.cancelAll()
            return problem
        }
    }
}
