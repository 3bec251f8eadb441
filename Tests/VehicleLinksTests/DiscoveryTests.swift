// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118
import NIOCore
import NIOPosix
import Testing

@testable import VehicleLinks

struct DiscoveryTests {
    private func search(
        _ offered: [Discovery.Security], wanting wanted: Discovery.Security, requests: Int = 200, perSecond: Int = 20
    ) async throws -> (address: SocketAddress, security: Discovery.Security) {
        let own = try LinkBench.loopback()
        let answers = offered.compactMap {
            Discovery.Response(address: own.bytes ?? [], port: 61_234, security: $0)
        }
        var bounds = VehicleBounds()
        bounds.answersPerSecond = perSecond
        bounds.discoveryRequests = requests
        bounds.discoveryWait = .milliseconds(50)
        let service = try await DiscoveryService.open(
            at: own, offering: answers, bounds: bounds, group: LinkBench.group)
        let place = try #require(service.address)
        do {
            let found = try await DiscoverySearch.station(
                from: own, asking: place, security: wanted, bounds: bounds, group: LinkBench.group, name: "lo")
            await service.close()
            return found
        } catch {
            await service.close()
            throw error
        }
    }

    @Test func `a car finds the station's address and port`() async throws {
        let found = try await search([.tls, .none], wanting: .none)
        let expected = try SocketAddress(ipAddress: "::1", port: 61_234)
        #expect(found.address == expected)
        #expect(found.security == .none)
        #expect(try await search([.tls, .none], wanting: .tls).security == .tls)
        // Told so, it may follow.
        #expect(try await search([.tls], wanting: .none).security == .tls)
    }

    @Test func `a car gives up after its requests`() async throws {
        await #expect(throws: LinkProblem.noStation(on: "lo", requests: 3)) {
            _ = try await search([], wanting: .tls, requests: 3)
        }
        // A station that has answered enough in this second is silent.
        await #expect(throws: LinkProblem.noStation(on: "lo", requests: 3)) {
            _ = try await search([.tls], wanting: .tls, requests: 3, perSecond: 0)
        }
    }

    @Test func `a missing interface is named with those there are`() throws {
        #expect {
            _ = try NetworkInterface("no-such-0")
        } throws: { error in
            guard case .noSuchInterface("no-such-0", let have)? = error as? LinkProblem else { return false }
            return have.contains("lo")
        }
    }
}
