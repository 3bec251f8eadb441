// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Reads addresses of devices, listeners and secrets.
enum AddressReader {
    static func device(_ field: Field, profile: FirmwareProfile) -> DeviceAddress? {
        guard let text = field.text() else { return nil }
        if let rest = text.removing(prefix: "tcp://") { return tcp(rest, field, profile) }
        if let rest = text.removing(prefix: "serial://") { return serial(rest, field, profile) }
        if let rest = text.removing(prefix: "simulated:") { return simulated(rest, field) }
        field.error(
            "expected tcp://HOST:PORT, serial:///dev/ttyUSB0?baud=19200&parity=even or simulated:, found \(field.value.kind)"
        )
        return nil
    }

    private static func tcp(_ text: String, _ field: Field, _ profile: FirmwareProfile) -> DeviceAddress? {
        guard profile.transport.kinds.contains(.tcp) else { return mismatch("tcp", field, profile) }
        guard let (host, port) = hostAndPort(text) else {
            field.error("expected tcp://HOST:PORT such as tcp://192.0.2.20:502, found \(field.value.kind)")
            return nil
        }
        return .tcp(host: host, port: port ?? profile.transport.port)
    }

    private static func mismatch(_ kind: String, _ field: Field, _ profile: FirmwareProfile) -> DeviceAddress? {
        let kinds = profile.transport.kinds.map(\.rawValue).listed
        field.error("the profile \(profile.id) is not spoken over \(kind); it offers \(kinds)")
        return nil
    }

    /// `192.0.2.20:502`, `[2001:db8::1]:502`, `charger.local`.
    static func hostAndPort(_ text: String, ports: ClosedRange<Int> = 1...65_535) -> (host: String, port: Int?)? {
        var host = Substring(text)
        var port: Int?
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":", host.contains(":") else { return nil }
            if !rest.isEmpty { port = Int(rest.dropFirst()) ?? -1 }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = Int(text[text.index(after: colon)...]) ?? -1
        }
        let allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%".utf8
        guard !host.isEmpty, host.utf8.allSatisfy(allowed.contains), port.map(ports.contains) ?? true else {
            return nil
        }
        return (String(host), port)
    }

    /// Any literal address of this machine to listen on, `localhost` included.
    static func literal(_ field: Field, example: String, standard: String? = nil) -> ListenAddress? {
        guard let text = field.text() else { return nil }
        let examples = [standard, example].compactMap(\.self).joined(separator: " or ")
        guard let (host, port) = hostAndPort(text, ports: 0...65_535), let port else {
            field.error("expected HOST:PORT such as \(standard ?? example), found \(field.value.kind)")
            return nil
        }
        let literal = host == "localhost" ? "127.0.0.1" : host
        guard literal.contains(":") || literal.split(separator: ".").compactMap({ UInt8($0) }).count == 4 else {
            field.error("expected an address of this machine such as \(examples), found “\(host)”")
            return nil
        }
        return ListenAddress(host: literal, port: port)
    }

    private static func serial(_ text: String, _ field: Field, _ profile: FirmwareProfile) -> DeviceAddress? {
        let kind: Transport.Kind = profile.wireProtocol == .modbus ? .rtu : .serial
        guard profile.transport.kinds.contains(kind) else { return mismatch("a serial line", field, profile) }
        let (path, query) = split(text)
        guard path.hasPrefix("/"), path.count > 1 else {
            field.error("expected a device file such as serial:///dev/ttyUSB0, found \(field.value.kind)")
            return nil
        }
        let standard = profile.transport.serial ?? Transport.SerialFormat(baud: 9_600)
        var format = DeviceAddress.SerialFormat(
            baud: standard.baud, dataBits: standard.dataBits, parity: standard.parity, stopBits: standard.stopBits)
        for (key, value) in query {
            if !set(key, value, in: &format, field) { return nil }
        }
        return .serial(path: path, format: format)
    }

    private static func set(
        _ key: String, _ value: String, in format: inout DeviceAddress.SerialFormat, _ field: Field
    ) -> Bool {
        let allowed: String
        switch key {
        case "baud":
            if let baud = Int(value), (300...4_000_000).contains(baud) { format.baud = baud; return true }
            allowed = "300 to 4000000"
        case "parity":
            if let parity = Transport.Parity(rawValue: value) { format.parity = parity; return true }
            allowed = Transport.Parity.allCases.map(\.rawValue).listed
        case "data":
            if let bits = Int(value), (7...8).contains(bits) { format.dataBits = bits; return true }
            allowed = "7 or 8"
        case "stop":
            if let bits = Int(value), (1...2).contains(bits) { format.stopBits = bits; return true }
            allowed = "1 or 2"
        default:
            field.error("“\(key.shortened)” is not known in a serial address; known are baud, parity, data, stop")
            return false
        }
        field.error("“\(key)=\(value.shortened)” is not possible; allowed: \(allowed)")
        return false
    }

    private static func simulated(_ text: String, _ field: Field) -> DeviceAddress? {
        let (path, query) = split(text)
        guard path.isEmpty else {
            field.error("expected simulated: or simulated:?soc=40%&capacity=60kWh, found \(field.value.kind)")
            return nil
        }
        var device = SimulatedDevice()
        for (key, value) in query {
            do throws(QuantityTextError) {
                switch key {
                case "soc": device.stateOfCharge = try StateOfCharge(parsing: value)
                case "capacity": device.capacity = try Energy(parsing: value)
                case "load": device.load = try Power(parsing: value)
                case "plugged_in" where value == "true" || value == "false": device.isPluggedIn = value == "true"
                case "plugged_in": throw QuantityTextError("expected plugged_in=true or plugged_in=false")
                default:
                    throw QuantityTextError(
                        "“\(key.shortened)” is not known in simulated:; known are soc, capacity, load, plugged_in")
                }
            } catch {
                field.error(error.description)
                return nil
            }
        }
        if let soc = device.stateOfCharge, !(StateOfCharge.zero...StateOfCharge.percent(100)).contains(soc) {
            field.error("expected 0 % to 100 %, found \(soc)")
            return nil
        }
        return .simulated(device)
    }

    private static func split(_ text: String) -> (path: String, query: [(String, String)]) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count < 2 ? [] : parts[1].split(separator: "&")
        let pairs = query.map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(sides[0]), sides.count < 2 ? "" : String(sides[1]))
        }
        return (String(parts[0]), pairs)
    }

    /// Port 0 lets the system choose; the log tells which it is.
    static func listen(_ field: Field) -> ListenAddress? {
        guard let text = field.text() else { return nil }
        guard case (let host, let port?)? = hostAndPort(text, ports: 0...65_535) else {
            field.error("expected HOST:PORT such as 127.0.0.1:8080, found \(field.value.kind)")
            return nil
        }
        let address = ListenAddress(host: host, port: port)
        guard address.isLoopback else {
            field.error(
                "\(address) can be reached from outside, which needs TLS and a token and is not yet supported; "
                    + "use 127.0.0.1:\(port)")
            return nil
        }
        return address
    }

    /// `file:/run/credentials/sluice.service/token`.
    static func secret(_ field: Field) -> SecretReference? {
        guard let text = field.text() else { return nil }
        guard let file = text.removing(prefix: "file:"), file.hasPrefix("/"), file.count > 1 else {
            // The value may be the secret itself, so it is not repeated.
            field.error(
                "expected a file that holds the secret, such as file:/etc/sluice/token, never the secret itself")
            return nil
        }
        return SecretReference(file: file)
    }
}

extension String {
    fileprivate func removing(prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
