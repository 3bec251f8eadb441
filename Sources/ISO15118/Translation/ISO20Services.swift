// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity

// The services of ISO 15118-20, as the station offers them.

extension ISO20Messages {
    static func discovery(
        _ top: ISO20.MessageHeader, _ code: ISO20.ResponseCode, _ filter: ServiceFilter, _ header: StationHeader
    ) -> ISO20.ServiceDiscoveryRes {
        let services = filter.admitted(header.offer.services(in: header.standard))
        let added = header.offer.valueAdded.filter(filter.admits).prefix(60).map {
            ISO20.Service(serviceID: $0.id, freeService: $0.isFree)
        }
        let listed = services.map { ISO20.Service(serviceID: $0.rawValue, freeService: header.offer.isFree) }
        return .init(
            header: top, responseCode: code,
            serviceRenegotiationSupported: header.offer.mayRenegotiateService,
            energyTransferServiceList: .init(service: listed),
            vasList: added.isEmpty ? nil : .init(service: Array(added)))
    }

    static func detail(
        _ top: ISO20.MessageHeader, _ code: ISO20.ResponseCode, _ service: UInt16, _ header: StationHeader
    ) -> ISO20.ServiceDetailRes {
        if let added = header.offer.valueAdded.first(where: { $0.id == service }) {
            return .init(
                header: top, responseCode: code, serviceID: service,
                serviceParameterList: .init(parameterSet: sets(added)))
        }
        let known = EnergyService(rawValue: service)
        let sets = header.offer.parameterSets().map { id, mode in
            ISO20.ParameterSet(
                parameterSetID: id, parameter: parameters(of: known ?? .ac, mode, header.offer))
        }
        return .init(
            header: top, responseCode: code, serviceID: service, serviceParameterList: .init(parameterSet: sets))
    }

    /// The parameters ISO 15118-20:2022 defines for its energy transfer services.
    private static func parameters(
        of service: EnergyService, _ mode: ControlMode, _ offer: StationOffer
    ) -> [ISO20.Parameter] {
        var list: [ISO20.Parameter] = []
        func add(_ name: String, _ value: Int32) { list.append(.init(name: name, typedValue: .intValue(value))) }
        switch service.transfer {
        case .ac: add("Connector", offer.phases == 1 ? 1 : 2)
        case .dc: add("Connector", 2)
        }
        add("ControlMode", mode.rawValue)
        if service.transfer == .ac { add("EVSENominalVoltage", Int32(clamping: offer.nominalVoltage.milli / 1_000)) }
        // The car's own needs count (1); the station names none of its own.
        add("MobilityNeedsMode", 1)
        // None; levels where there are schedules to carry them.
        add("Pricing", mode == .dynamic ? 0 : 2)
        if service.isBidirectional {
            // One channel for both directions; grid following.
            add("BPTChannel", 1)
            add("GeneratorMode", 1)
            if service.transfer == .ac { add("GridCodeIslandingDetectionMethod", 1) }
        }
        return list
    }

    /// The schema wants one set, and one parameter in it, even where there is nothing to choose.
    private static func sets(_ service: ValueAddedService) -> [ISO20.ParameterSet] {
        let nothing = [ValueAddedService.Parameter("None", .flag(true))]
        let sets = service.parameterSets.isEmpty ? [.init(id: 0, parameters: nothing)] : service.parameterSets
        return sets.prefix(32).map { set in
            let parameters = set.parameters.isEmpty ? nothing : set.parameters
            return .init(parameterSetID: set.id, parameter: parameters.prefix(32).map(parameter))
        }
    }

    private static func parameter(_ parameter: ValueAddedService.Parameter) -> ISO20.Parameter {
        switch parameter.value {
        case .flag(let value): .init(name: parameter.name, typedValue: .boolValue(value))
        case .number(let value): .init(name: parameter.name, typedValue: .intValue(value))
        case .text(let value): .init(name: parameter.name, typedValue: .finiteString(value))
        }
    }
}
