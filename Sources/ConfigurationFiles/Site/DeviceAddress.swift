// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Where a device is reached.
package enum DeviceAddress: Hashable, Sendable {
    case tcp(host: String, port: Int)
    /// The path of the device file and the format of the bytes on it.
    case serial(path: String, format: SerialFormat)
    /// Built into this process.
    case simulated(SimulatedDevice)

    package struct SerialFormat: Hashable, Sendable {
        package var baud: Int
        package var dataBits: Int
        package var parity: Transport.Parity
        package var stopBits: Int
    }
}

/// What a built-in device starts with; nil leaves the choice to the simulation.
package struct SimulatedDevice: Hashable, Sendable {
    package var stateOfCharge: StateOfCharge?
    /// Of the car's battery.
    package var capacity: Energy?
    /// What everything but the chargers draws, at a meter; negative with photovoltaics.
    package var load: Power?
    package var isPluggedIn: Bool?

    package init(
        stateOfCharge: StateOfCharge? = nil, capacity: Energy? = nil, load: Power? = nil, isPluggedIn: Bool? = nil
    ) {
        self.stateOfCharge = stateOfCharge
        self.capacity = capacity
        self.load = load
        self.isPluggedIn = isPluggedIn
    }
}

extension DeviceAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
        case .serial(let path, _): "serial://\(path)"
        case .simulated: "simulated:"
        }
    }
}

/// A file that holds a secret; the configuration itself never does.
package struct SecretReference: Hashable, Sendable {
    /// Absolute.
    package let file: String
}

/// A host and a port to listen on.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    package var host: String
    package var port: Int
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
    package var isLoopback: Bool { host == "localhost" || host == "::1" || Self.isLoopbackIPv4(host) }
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isLoopbackIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && parts.allSatisfy { $0 != nil }
    }
}
