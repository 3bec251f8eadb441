// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension SiteConfiguration {
    /// Registers for operator boxes and building controllers, over Modbus TCP.
    package struct ModbusServer: Equatable, Sendable {
        package enum Permission: String, CaseIterable, Sendable { case read, limit, setpoint }
        package var listen: ListenAddress
        package var unit: UInt8
        package var may: Set<Permission>
        /// A setpoint without a time of its own ends when the controller has written nothing for this long.
        package var silentAfter: Interval
        /// Clients at once.
        package var connections: Int
    }
}

/// Reads `modbus_server`. Without the key there is no server.
enum ModbusServerReader {
    static func server(_ field: Field?) -> SiteConfiguration.ModbusServer? {
        guard let field, let mapping = field.mapping(["listen", "unit", "may", "silent_after", "connections"]) else {
            return nil
        }
        var server = SiteConfiguration.ModbusServer(
            listen: ListenAddress(host: "127.0.0.1", port: 1_502), unit: 1,
            may: Set(SiteConfiguration.ModbusServer.Permission.allCases), silentAfter: .minutes(5), connections: 16)
        if let listen = mapping["listen"].flatMap(address) { server.listen = listen }
        if let unit = mapping["unit"]?.int(1...255) { server.unit = UInt8(clamping: unit) }
        if let may = mapping["may"] { server.may = permissions(may) }
        server.silentAfter =
            mapping["silent_after"]?.interval(atLeast: .seconds(10), atMost: .minutes(24 * 60)) ?? server.silentAfter
        server.connections = mapping["connections"]?.int(1...128) ?? server.connections
        if !server.may.isEmpty { warn(server, field) }
        return server
    }

    /// Unlike the API's, any literal address of this machine: boxes speak nothing better.
    private static func address(_ field: Field) -> ListenAddress? {
        AddressReader.literal(field, example: "192.0.2.10:502", standard: "127.0.0.1:1502")
    }

    private static func permissions(_ field: Field) -> Set<SiteConfiguration.ModbusServer.Permission> {
        let items = field.list() ?? []
        let permissions = items.compactMap { $0.choice(SiteConfiguration.ModbusServer.Permission.self) }
        if items.isEmpty { field.error("nothing may be done; list read, limit, setpoint or leave the key out") }
        return Set(permissions)
    }

    private static func warn(_ server: SiteConfiguration.ModbusServer, _ field: Field) {
        let rights = SiteConfiguration.ModbusServer.Permission.allCases.filter(server.may.contains).map(\.rawValue)
        let who = server.listen.isLoopback ? "every process of this machine" : "whoever reaches this port"
        var text = "Modbus has neither passwords nor encryption: at \(server.listen) \(who) may \(rights.listed)"
        if !server.listen.isLoopback {
            text += "; keep the port on a network of its own or behind a firewall"
        }
        field.notice(text)
    }
}
