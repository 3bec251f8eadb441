// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118
import NIOCore

/// A session between its channel and the charging point: carries out what the machine wants, tells it what comes of it.
struct StationConversation: Sendable {
    let arrival: VehicleArrival
    let channel: any Channel
    let commands: CommandQueue

    /// Until the session has ended and the point has done the last of it.
    func run(with point: some ChargingPoint) async -> StationEnd? {
        await point.began(arrival)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await input in point.inputs() { tell(input) }
            }
            var end: StationEnd?
            for await _ in commands.signals { end = await work(point, &group) ?? end }
            if end == nil {
                // This task is cancelled, and the session has to end. A channel that takes no more has ended it already.
                try? await channel.writeAndFlush(StationInput.stop).get()
                end = await work(point, &group)
            }
            group.cancelAll()
            return end
        }
    }

    private func work(_ point: some ChargingPoint, _ group: inout TaskGroup<Void>) async -> StationEnd? {
        var end: StationEnd?
        for command in commands.take() {
            switch command {
            case .send: break
            case .authorise(let vehicle):
                group.addTask { tell(.authorisation(await point.authorise(vehicle: vehicle))) }
            case .authoriseContract(let contract):
                group.addTask { tell(.authorisation(await decide(contract, point))) }
            case .certificate(let request):
                group.addTask {
                    tell(.certificate(await (point as? any ContractPoint)?.certificate(request) ?? .unavailable))
                }
            case .receipt(let reading): await (point as? any ContractPoint)?.confirmed(reading)
            case .select(let services): await (point as? any ServicePoint)?.select(services)
            case .schedules(let needs):
                group.addTask { tell(.schedules(await (point as? any SchedulePoint)?.schedules(for: needs) ?? [])) }
            case .profile(let profile): await (point as? any SchedulePoint)?.planned(profile)
            case .checkCable: group.addTask { tell(.insulation(await point.checkCable())) }
            case .contactors(let state): tell(.contactors(await point.switchContactors(state)))
            case .operate(let operatingPoint): await point.operate(operatingPoint)
            case .need(let needs): await point.need(needs)
            case .end(let reason):
                end = reason
                await point.ended(reason)
            }
        }
        return end
    }

    /// Where nobody knows contracts none was offered.
    private func decide(_ contract: Contract, _ point: any ChargingPoint) async -> StationInput.Authorisation {
        await (point as? any ContractPoint)?.authorise(contract) ?? .refused
    }

    /// The machine knows best what it still wants to hear.
    private func tell(_ input: StationInput) { channel.writeAndFlush(input, promise: nil) }
}
