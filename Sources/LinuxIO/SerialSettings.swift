// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Glibc

/// How characters go over a serial line.
package struct SerialSettings: Hashable, Sendable {
    package enum Parity: String, CaseIterable, Sendable { case none, even, odd }

    /// One of `supportedBauds`.
    package var baud: Int
    /// 7 or 8.
    package var dataBits: Int
    package var parity: Parity
    /// 1 or 2.
    package var stopBits: Int

    package init(baud: Int = 9_600, dataBits: Int = 8, parity: Parity = .none, stopBits: Int = 1) {
        self.baud = baud
        self.dataBits = dataBits
        self.parity = parity
        self.stopBits = stopBits
    }

    package static let supportedBauds = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200]

    /// What cannot be set, or nil.
    package var problem: String? {
        if !Self.supportedBauds.contains(baud) {
            return
                "\(baud) baud is not supported; allowed: \(Self.supportedBauds.map(String.init).joined(separator: ", "))"
        }
        if dataBits != 7 && dataBits != 8 { return "\(dataBits) data bits are not supported; allowed: 7, 8" }
        if stopBits != 1 && stopBits != 2 { return "\(stopBits) stop bits are not supported; allowed: 1, 2" }
        return nil
    }

    /// How long one character takes: start bit, data, parity, stop.
    package var characterTime: Interval {
        let bits = 1 + dataBits + (parity == .none ? 0 : 1) + stopBits
        return Interval(nanoseconds: Int64(bits) * 1_000_000_000 / Int64(max(1, baud)))
    }

    /// The silence between two Modbus RTU frames: 3.5 characters, at least 1.75 ms (Modbus over Serial Line V1.02, 2.5.1.1).
    package var frameGap: Interval { max(Interval(nanoseconds: 1_750_000), characterTime * 7 / 2) }
}

extension SerialSettings {
    var speed: speed_t? {
        switch baud {
        case 1_200: speed_t(B1200)
        case 2_400: speed_t(B2400)
        case 4_800: speed_t(B4800)
        case 9_600: speed_t(B9600)
        case 19_200: speed_t(B19200)
        case 38_400: speed_t(B38400)
        case 57_600: speed_t(B57600)
        case 115_200: speed_t(B115200)
        default: nil
        }
    }
}
