// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Synchronization

/// How a simulated device turns a request down.
package enum RegisterRefusal: Error, Equatable, Sendable {
    /// A Modbus exception code.
    case exception(UInt8)
    /// No answer at all.
    case silence
}

/// Any Modbus profile as registers in front of a simulated charger or the site's meter. Answers what a device of that
/// family would; knows nothing of units, frames and sockets, which are the server's. Safe to call from several threads.
package final class RegisterImage: Sendable {
    /// What is behind the registers.
    package enum Backing: Equatable, Sendable {
        /// Charger ids by connector. Profiles without blocks use the charger of the lowest connector.
        case chargers([Int: Int])
        case meter
        package static func charger(_ evse: Int) -> Backing { .chargers([1: evse]) }
    }

    package let profile: FirmwareProfile
    private let site: SharedSite
    private let backing: Backing
    private let content: ImageContent
    private let roles: CommandRoles
    private let state: Mutex<State>

    private struct State: Sendable {
        var registers: StoredRegisters
        var behaviour: any DeviceBehaviour
        /// What each charger was last told, nil while nothing is in force.
        var applied: [Int: Power] = [:]
    }

    package init(profile: FirmwareProfile, site: SharedSite, backing: Backing) {
        self.profile = profile
        self.site = site
        self.backing = backing
        content = ImageContent(profile: profile)
        roles = CommandRoles(profile.charger)
        state = Mutex(State(registers: content.initialRegisters, behaviour: behaviour(of: profile)))
    }

    /// - Parameter count: Registers, or bits for the tables of bits (0 or 1 each).
    package func read(
        _ table: RegisterTable, at address: UInt16, count: Int, now: Instant
    ) -> Result<[UInt16], RegisterRefusal> {
        guard !isSilent(at: now) else { return .failure(.silence) }
        let isBits = table == .coil || table == .discrete
        guard count >= 1, count <= (isBits ? 2_000 : min(profile.transport.maximumRead, 125)) else {
            return .failure(.exception(3))
        }
        guard Int(address) + count <= 65_536 else { return .failure(.exception(2)) }
        return state.withLock { state in
            contact([.request, .read], at: now)
            observe(&state, at: now)
            return registers(table, Int(address)..<Int(address) + count, &state, at: now)
        }
    }

    /// - Returns: Nil when the write was answered like a success.
    package func write(
        _ values: [UInt16], to address: UInt16, table: RegisterTable, now: Instant
    ) -> RegisterRefusal? {
        guard !isSilent(at: now) else { return .silence }
        guard table == .holding || table == .coil else { return .exception(1) }
        guard (1...(table == .coil ? 1_968 : 123)).contains(values.count) else { return .exception(3) }
        let range = Int(address)..<Int(address) + values.count
        guard range.upperBound <= 65_536 else { return .exception(2) }
        return state.withLock { state in
            contact([.request], at: now)
            observe(&state, at: now)
            return write(values, to: range, table, &state, at: now)
        }
    }

    /// Whether the device answers nothing at all now.
    package func isSilent(at now: Instant) -> Bool {
        backing == .meter && site.access(at: now) { $0.meter.condition == .cut }
    }

    // MARK: Reading

    private func registers(
        _ table: RegisterTable, _ range: Range<Int>, _ state: inout State, at now: Instant
    ) -> Result<[UInt16], RegisterRefusal> {
        let layout = content.layout
        var views: [Int: DeviceView] = [:]
        var shown: [Int: [UInt16]] = [:]
        var answer: [UInt16] = []
        var hasAny = false
        for address in range {
            let key = RegisterLayout.Key(table: table, address: address)
            guard let covering = layout.covering[key] else {
                let constant = layout.constants[key]
                hasAny = hasAny || constant != nil
                if constant == nil, !profile.transport.readsAcrossGaps { return .failure(.exception(2)) }
                answer.append(constant ?? 0)
                continue
            }
            hasAny = true
            var word: UInt16?
            for index in covering {
                let place = layout.places[index]
                let point = layout.point(place)
                if point.readAlone, range.count != point.encoding.registers { return .failure(.exception(2)) }
                if word != nil, point.mask == nil { continue }
                let words =
                    shown[index]
                    ?? {
                        let view = views[place.connector ?? 0] ?? view(of: place.connector, at: now)
                        views[place.connector ?? 0] = view
                        return content.words(at: place, of: view, in: state.registers)
                    }()
                shown[index] = words
                word = (word ?? 0) | words[address - place.key.address]
            }
            answer.append(word ?? 0)
        }
        return hasAny ? .success(answer) : .failure(.exception(2))
    }

    private func view(of connector: Int?, at now: Instant) -> DeviceView {
        let evse = evse(of: connector)
        return site.access(at: now) { [backing] site in
            if backing == .meter {
                return .meter(site.meter.shown, isReadable: site.meter.condition != .notANumber)
            }
            guard let evse, let charger = site.charger(evse) else { return .absent }
            return .charger(charger, frequency: site.grid.frequency)
        }
    }

    // MARK: Writing

    private func write(
        _ values: [UInt16], to range: Range<Int>, _ table: RegisterTable, _ state: inout State, at now: Instant
    ) -> RegisterRefusal? {
        var written = state.registers
        var places: [RegisterLayout.Place] = []
        for (address, value) in zip(range, values) {
            let key = RegisterLayout.Key(table: table, address: address)
            let covering = (content.layout.covering[key] ?? []).map { content.layout.places[$0] }
                .filter { content.layout.point($0).isWritable }
            guard !covering.isEmpty else { return .exception(2) }
            written.words[key] = value
            for place in covering where !places.contains(place) { places.append(place) }
        }
        // Either everything is taken or nothing.
        var accepted: [(RegisterLayout.Place, Double)] = []
        for place in places {
            let point = content.layout.point(place)
            let value = content.stored(place, in: written).map { content.scaling.value($0, of: point) } ?? .nan
            if isOutOfRange(value, point) { return .exception(3) }
            switch state.behaviour.verdict(on: point, at: place.key.address, value: value, in: state.registers) {
            case .accept: accepted.append((place, value))
            case .ignore: continue
            case .refuse(let code): return .exception(code)
            }
        }
        for (place, value) in accepted {
            if let words = content.stored(place, in: written) { content.store(words, at: place, in: &state.registers) }
            state.behaviour.wrote(
                content.layout.point(place), at: place.key.address, value: value, in: &state.registers)
            carryOut(value, at: place, &state, now: now)
        }
        observe(&state, at: now)
        return nil
    }

    private func isOutOfRange(_ value: Double, _ point: Point) -> Bool {
        guard roles.timeouts.contains(point.name), let range = profile.charger?.watchdog.timeoutRange else {
            return false
        }
        // Zero turns the supervision off wherever it can be set.
        let seconds = value * point.unitSize
        return value != 0 && !(range.lowerBound.inSeconds...range.upperBound.inSeconds).contains(seconds)
    }

    private func carryOut(_ value: Double, at place: RegisterLayout.Place, _ state: inout State, now: Instant) {
        guard let evse = evse(of: place.connector), value.isFinite else { return }
        let point = content.layout.point(place)
        let name = point.name
        let commands = ChargerCommands(content: content, roles: roles)
        let isCommand = roles.setpoints[name] != nil || roles.control[name] != nil || roles.running[name] != nil
        let inForce = commands.power(connector: place.connector, in: state.registers, for: charger(evse, at: now))
        site.access(at: now) { site in
            _ = site.withCharger(evse) { charger in
                if roles.timeouts.contains(name), let timeout = commands.interval(value, of: point) {
                    charger.setWatchdog(timeout: timeout, at: now)
                }
                if roles.fallbacks.contains(name) {
                    charger.setWatchdog(fallback: commands.power(value, of: point, for: charger))
                }
                if roles.phaseCounts.contains(name) { charger.use(phaseCount: Int(value.rounded()), at: now) }
                if roles.tokens.contains(name) { charger.heard(.token, at: now) }
                if isCommand, let inForce { charger.setpoint(inForce, at: now) }
            }
        }
        // What is no longer in force is taken back by `observe`.
        if isCommand, inForce != nil { state.applied[evse] = inForce }
    }

    /// Lets the family look at its charger, and follows what that changed: control lost, a start remembered.
    private func observe(_ state: inout State, at now: Instant) {
        guard case .chargers(let connectors) = backing else { return }
        let commands = ChargerCommands(content: content, roles: roles)
        for (connector, evse) in connectors.sorted(by: { $0.key < $1.key }) {
            guard let charger = charger(evse, at: now) else { continue }
            state.behaviour.observe(charger, in: &state.registers)
            let block = profile.location.hasBlocks ? connector : nil
            let inForce = commands.power(connector: block, in: state.registers, for: charger)
            let wasInForce = state.applied[evse]
            state.applied[evse] = inForce
            guard (inForce == nil) != (wasInForce == nil) else { continue }
            // What the device tells itself is no sign of life from outside.
            site.access(at: now) { site in
                _ = site.withCharger(evse) { $0.setpoint(inForce ?? .zero, at: now, isContact: false) }
            }
        }
    }

    private func contact(_ contacts: [HardwareWatchdog.Contact], at now: Instant) {
        guard case .chargers(let connectors) = backing else { return }
        site.access(at: now) { site in
            for evse in connectors.values.sorted() {
                for contact in contacts { _ = site.withCharger(evse) { $0.heard(contact, at: now) } }
            }
        }
    }

    private func charger(_ evse: Int, at now: Instant) -> SimulatedCharger? {
        site.access(at: now) { $0.charger(evse) }
    }

    private func evse(of connector: Int?) -> Int? {
        guard case .chargers(let connectors) = backing else { return nil }
        if let connector { return connectors[connector] }
        return connectors.min { $0.key < $1.key }?.value
    }
}
