// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A smart meter that pushes telegrams; nothing is asked.
package final class P1Meter: MeterDevice {
    package let name: String
    package var refresh: Interval { profile.timing.refresh }
    package var maximumReadingAge: Interval { profile.timing.maximumAge }

    private let profile: FirmwareProfile
    private let link: any ByteLink
    private let isInverted: Bool
    private var buffer: [UInt8] = []
    private var startedAt = Instant.distantPast
    private var lastTurn = Instant.distantPast
    private var silentSince: Instant?
    private var isIdentified = false
    private var lastFault: P1Telegram.Fault?

    /// How often the port is looked at: well below the shortest telegram interval, so that arrival is sample time.
    private static let lookout = Interval.milliseconds(50)

    package init(name: String, profile: FirmwareProfile, link: any ByteLink, isInverted: Bool = false) {
        self.name = name
        self.profile = profile
        self.link = link
        self.isInverted = isInverted
    }

    package func nextTurn(order: Order?) -> Instant { lastTurn + Self.lookout }

    package func takeTurn(at now: Instant, order: Order?) throws(DeviceFault) -> [DeviceEvent] {
        lastTurn = now
        let patience = profile.timing.refresh * 3
        let bytes: [UInt8]
        do { bytes = try link.read(waiting: .zero) } catch { throw .link(error) }
        if !buffer.isEmpty, now - startedAt > patience { buffer = [] }
        var events: [DeviceEvent] = []
        for byte in bytes {
            guard let telegram = take(byte, at: now) else { continue }
            do { events += try self.events(telegram, at: now) } catch { lastFault = error }
        }
        if !events.isEmpty {
            lastFault = nil
            silentSince = now
        }
        let since = silentSince ?? now
        silentSince = since
        guard now - since > patience else { return events }
        // Said once per patience, with what was wrong with what came.
        silentSince = now
        defer { lastFault = nil }
        throw .link(lastFault.map { .malformed("telegrams arrive damaged: \($0)") } ?? .timedOut(after: patience))
    }

    /// - Returns: A whole telegram, from `/` to the end of the line that begins with `!`.
    private func take(_ byte: UInt8, at now: Instant) -> [UInt8]? {
        // A slash begins a telegram only at the beginning of a line; within one it may be part of a value.
        let isAtLineStart = buffer.last.map { $0 == 0x0A || $0 == 0x0D } ?? true
        if byte == UInt8(ascii: "/"), isAtLineStart {
            buffer = [byte]
            startedAt = now
            return nil
        }
        guard !buffer.isEmpty else { return nil }
        buffer.append(byte)
        if buffer.count > P1Telegram.longestTelegram { buffer = [] }
        // The line of `!` has at most four digits, so only the last few bytes can hold its beginning.
        guard byte == 0x0A || byte == 0x0D, buffer.suffix(8).contains(UInt8(ascii: "!")) else { return nil }
        defer { buffer = [] }
        return buffer
    }

    private func events(_ bytes: [UInt8], at now: Instant) throws(P1Telegram.Fault) -> [DeviceEvent] {
        let telegram = try P1Telegram(bytes)
        let reading = try telegram.reading(measuredAt: now)
        let meter = DeviceEvent.meter(isInverted ? reading.inverted : reading)
        guard !isIdentified else { return [meter] }
        isIdentified = true
        let identity = DeviceIdentity(model: telegram.identification, firmware: telegram.version)
        return [.identified(identity), meter]
    }

    package func linkWasLost() {
        buffer = []
        silentSince = nil
        isIdentified = false
        lastFault = nil
    }

    package func handBack(at now: Instant, pause: (Interval) -> Instant) throws(DeviceFault) {}
}
