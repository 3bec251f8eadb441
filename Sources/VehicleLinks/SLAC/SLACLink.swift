// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import Electricity
import LinuxIO
import SLAC

/// What matching tells, in order.
package enum SLACEvent: Hashable, Sendable {
    /// The own modem has its key; the control pilot may offer power line (5 %).
    case ready
    /// The car has the key. Its discovery follows within TT_match_join.
    case matched(Match)
    /// One car's run came to nothing; it, or another, may do better.
    case runFailed(car: MACAddress, SLACFailure)
    /// Nothing came of it. Whether to go to state E or F for a while (T_step_EF) and offer 5 % again (C_sequ_retry), or to charge
    /// without power line, is the charger's to decide. `modemSilent` is final.
    case failed(SLACFailure)
    /// The network is left; a new one is set at once, and `ready` follows.
    case left
}

/// Matching on one station's interface (ISO 15118-3, SLAC), from its opening to its closing, car after car.
package final class SLACStation: Sendable {
    /// The last 64 that nobody has read. For one reader.
    package let events: AsyncStream<SLACEvent>
    private let driver: MatchingDriver<StationMatching>

    /// - Parameter watchesPilot: whether `pilot` is told of every edge between B and C as it happens.
    package init(on interface: String, modem: PowerLineModem = .common, watchesPilot: Bool = false) throws(LinkProblem)
    {
        let link = try EthernetLink.powerLine(on: interface)
        let (events, continuation) = AsyncStream.makeStream(of: SLACEvent.self, bufferingPolicy: .bufferingNewest(64))
        self.events = events
        let own = MACAddress(octets: link.address) ?? .broadcast
        let machine = StationMatching(own: own, modem: modem.address, watchesPilot: watchesPilot)
        do throws(SystemFault) {
            driver = try MatchingDriver(machine, on: link, modem: modem) { output in
                SLACStation.tell(output, to: continuation)
            }
        } catch { throw .noRawEthernet(interface, words: "\(error)") }
        driver.post(.network(.random()))
    }

    private static func tell(
        _ output: StationMatching.Output, to events: AsyncStream<SLACEvent>.Continuation
    ) -> [StationMatching.Input] {
        switch output {
        case .send: break
        case .ready: events.yield(.ready)
        case .matched(let match): events.yield(.matched(match))
        case .runFailed(let car, let failure): events.yield(.runFailed(car: car, failure))
        case .failed(let failure): events.yield(.failed(failure))
        case .left:
            events.yield(.left)
            return [.network(.random())]
        }
        return []
    }

    /// To be told of every change: a car comes with B, C or D and leaves with A, E or F.
    package func pilot(_ state: ControlPilot) { driver.post(.pilot(state)) }

    /// The matched car was heard over the network: by its discovery, or the modem's own word. Without it the network is left
    /// after TT_match_join.
    package func linked() { driver.post(.linked) }

    /// Leaves the network of the matched car: its session has ended, or the link is of no use.
    package func terminate() { driver.post(.terminate) }

    package func close() { driver.close() }
}

/// Matching on one car's interface, for the bench.
package final class SLACCar: Sendable {
    package let match: Match
    private let driver: MatchingDriver<CarMatching>

    private init(_ match: Match, _ driver: MatchingDriver<CarMatching>) { (self.match, self.driver) = (match, driver) }

    /// The station was heard over the network.
    package func linked() { driver.post(.linked) }

    package func close() { driver.close() }

    /// Plugs in and matches. Takes about a second; ten, where no station can be found.
    /// - Parameter failed: told of runs that came to nothing, before the next.
    package static func match(
        on interface: String, modem: PowerLineModem = .common, thresholds: AttenuationThresholds = .init(),
        failed: @escaping @Sendable (SLACFailure) -> Void = { _ in }
    ) async throws(LinkProblem) -> SLACCar {
        let link = try EthernetLink.powerLine(on: interface)
        let (outcomes, continuation) = AsyncStream.makeStream(of: Result<Match, SLACFailure>.self)
        let machine = CarMatching(
            own: MACAddress(octets: link.address) ?? .broadcast, modem: modem.address, thresholds: thresholds,
            seed: .random(in: .min ... .max))
        let driver: MatchingDriver<CarMatching>
        do throws(SystemFault) {
            driver = try MatchingDriver(machine, on: link, modem: modem) { output in
                switch output {
                case .matched(let match): continuation.yield(.success(match))
                case .failed(let failure): continuation.yield(.failure(failure))
                case .runFailed(let failure): failed(failure)
                // The bench has no control pilot: the station says that it saw nothing.
                case .send, .toggle, .left: break
                }
                return []
            }
        } catch { throw .noRawEthernet(interface, words: "\(error)") }
        driver.post(.plugged)
        for await outcome in outcomes {
            switch outcome {
            case .success(let match): return SLACCar(match, driver)
            case .failure(let failure):
                driver.close()
                throw .notMatched(failure)
            }
        }
        driver.close()
        throw .notMatched(.unplugged)
    }
}

extension SLACStation {
    /// Waits for the next car that is matched.
    /// - Throws: `.notMatched` when the modem is silent, or the task was cancelled. Runs that fail are gone over.
    package func match() async throws(LinkProblem) -> Match {
        for await event in events {
            switch event {
            case .matched(let match): return match
            case .failed(.modemSilent): throw .notMatched(.modemSilent)
            case .ready, .runFailed, .failed, .left: continue
            }
        }
        throw .notMatched(.unplugged)
    }
}

extension EthernetLink {
    fileprivate static func powerLine(on interface: String) throws(LinkProblem) -> EthernetLink {
        do throws(SystemFault) {
            return try EthernetLink(interface: interface, type: ManagementFrame.etherType)
        } catch { throw .noRawEthernet(interface, words: "\(error)") }
    }
}

extension LogicalNetwork {
    /// A key nobody knows, with the identifier that follows from it.
    static func random() -> LogicalNetwork {
        let key = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        guard let network = LogicalNetwork(id: identifier(of: key), key: key) else {
            preconditionFailure("the identifier has 7 octets and the key 16")
        }
        return network
    }

    /// HomePlug Green PHY: SHA-256 five times over, its first 52 bits, behind two bits of security level and two of nothing.
    static func identifier(of key: [UInt8]) -> [UInt8] {
        var hash = key
        for _ in 0..<5 {
            var next = [UInt8](repeating: 0, count: 32)
            guard EVP_Digest(hash, hash.count, &next, nil, EVP_sha256(), nil) == 1 else {
                preconditionFailure("SHA-256 is always there")
            }
            hash = next
        }
        return Array(hash[..<6]) + [hash[6] >> 4]
    }
}
