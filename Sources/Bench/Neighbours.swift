// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LinuxIO
import LocalAPI
import SimulatedSite
import Synchronization

/// Chargers that are simulated by other processes and hang behind our meter: asks their benches what they draw, so that
/// a site of separate processes adds up.
final class Neighbours: Sendable {
    static let period = Interval.milliseconds(50)
    /// What is older is shown as stale; its last power stays in the sum.
    static let patience = Interval.seconds(2)

    private struct Neighbour: Sendable {
        let url: String
        var power = PerPhase<Power>.zero
        var heardAt: Instant?
        var problem: String?
    }

    private let site: SharedSite
    private let neighbours: Mutex<[Neighbour]>
    private let clients: [APIClient]
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// - Parameter urls: `http://127.0.0.1:PORT` of benches.
    init(_ urls: [String], site: SharedSite) throws(BenchProblem) {
        var clients: [APIClient] = []
        for url in urls { clients.append(APIClient(try Self.address(url), patience: .seconds(1))) }
        self.clients = clients
        self.site = site
        neighbours = Mutex(urls.map { Neighbour(url: $0) })
    }

    private static func address(_ url: String) throws(BenchProblem) -> ListenAddress {
        let prefix = "http://"
        guard url.hasPrefix(prefix) else {
            throw BenchProblem(.usage, "“\(url)” is not a bench. Write it as the bench says it, http://127.0.0.1:PORT.")
        }
        var text = url.dropFirst(prefix.count)
        if text.last == "/" { text.removeLast() }
        do throws(APIProblem) { return try ListenAddress(parsing: String(text)) } catch {
            throw BenchProblem(.usage, "“\(url)” is not a bench on this machine. Write http://127.0.0.1:PORT.")
        }
    }

    func start() {
        tasks.withLock { tasks in
            tasks = clients.indices.map { index in
                Task { [self] in
                    while !Task.isCancelled {
                        await ask(index)
                        // Cancellation ends the wait, and then the loop.
                        try? await Task.sleep(nanoseconds: UInt64(Self.period.nanoseconds))
                    }
                }
            }
        }
    }

    func stop() { tasks.withLock { $0.forEach { $0.cancel() } } }

    private func ask(_ index: Int) async {
        let answer: Result<PerPhase<Power>, APIClientError>
        do throws(APIClientError) {
            let state: JSONValue = try await clients[index].get("/bench")
            answer = .success(Self.power(in: state))
        } catch {
            answer = .failure(error)
        }
        let now = MonotonicClock.now()
        neighbours.withLock { neighbours in
            switch answer {
            case .success(let power):
                neighbours[index].power = power
                neighbours[index].heardAt = now
                neighbours[index].problem = nil
            case .failure(let error): neighbours[index].problem = error.description
            }
            let sum = neighbours.reduce(PerPhase<Power>.zero) { $0 + $1.power }
            site.access(at: now) { $0.setElsewhere(sum) }
        }
    }

    /// What the chargers of a bench draw together.
    static func power(in state: JSONValue) -> PerPhase<Power> {
        guard case .array(let chargers)? = state["chargers"] else { return .zero }
        return chargers.reduce(.zero) { sum, charger in
            let phases = charger["phases_W"]
            return sum + PerPhase(power(phases?["l1"]), power(phases?["l2"]), power(phases?["l3"]))
        }
    }

    private static func power(_ value: JSONValue?) -> Power {
        switch value {
        case .number(let watts)?: Power(measured: watts) ?? .zero
        case .integer(let watts)?: Power(measured: Double(watts)) ?? .zero
        case .null?, .bool?, .string?, .array?, .object?, nil: .zero
        }
    }

    func json(at now: Instant) -> JSONValue {
        .array(neighbours.withLock { $0 }.map { Self.json(of: $0, at: now) })
    }

    private static func json(of neighbour: Neighbour, at now: Instant) -> JSONValue {
        let age = neighbour.heardAt.map { now - $0 }
        let state = age.map { $0 > patience ? "stale" : "ok" } ?? "never"
        var members: [String: JSONValue] = [
            "url": .string(neighbour.url), "state": .string(state), "power_W": .of(neighbour.power.sum),
            "phases_W": .of(neighbour.power), "age_s": age.map { .number($0.inSeconds) } ?? .null,
        ]
        members["problem"] = neighbour.problem.map(JSONValue.string)
        return .object(members)
    }
}
