// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    // MARK: Set, get, clear (R04)

    mutating func answer(_ request: SetDERControlRequest) -> SetDERControlResponse {
        let rejected = { (reason: String) in
            SetDERControlResponse(status: .rejected, statusInfo: StatusInfoType(reasonCode: reason))
        }
        guard setup.role == .inCharge else { return rejected("NotEnabled") }
        // R04.FR.01.
        guard supportsDER(request.controlType) else {
            return SetDERControlResponse(status: .notSupported, statusInfo: derRefusal(request.controlType))
        }
        if isDoneByCharger(request.controlType), let part = request.unheldByCharger {
            return SetDERControlResponse(
                status: .rejected, statusInfo: StatusInfoType(reasonCode: "UnsupportedParam", additionalInfo: part))
        }
        if request.limitMaxDischarge?.powerMonitoringMustTrip != nil, !isDoneByCharger(.limitMaxDischarge) {
            return rejected("UnsupportedParam")
        }
        switch der.set(request, at: now.wall) {
        case .rejected(let reason): return rejected(reason)
        case .accepted(let superseded):
            keepDERControls()
            return SetDERControlResponse(status: .accepted, supersededIds: superseded.isEmpty ? nil : superseded)
        }
    }

    mutating func answer(_ request: ClearDERControlRequest) -> ClearDERControlResponse {
        guard setup.role == .inCharge else {
            return ClearDERControlResponse(status: .rejected, statusInfo: StatusInfoType(reasonCode: "NotEnabled"))
        }
        // R04.FR.43.
        if request.controlId == nil, let type = request.controlType, !supportsDER(type) {
            return ClearDERControlResponse(status: .notSupported)
        }
        let found = der.clear(isDefault: request.isDefault, type: request.controlType, id: request.controlId)
        keepDERControls()
        // All of a kind may be none (R04.FR.44); one that is named must be there (R04.FR.41, R04.FR.42).
        let isAccepted = found || request.controlType == nil && request.controlId == nil
        return ClearDERControlResponse(status: isAccepted ? .accepted : .notFound)
    }

    mutating func answer(_ request: GetDERControlRequest, _ id: MessageID) {
        // R04.FR.36.
        if let type = request.controlType, !supportsDER(type) {
            return emit(.answer(id, .getDERControl(GetDERControlResponse(status: .notSupported))))
        }
        let found = der.matching(isDefault: request.isDefault, type: request.controlType, id: request.controlId)
        // R04.FR.30, R04.FR.33, R04.FR.34, R04.FR.35, R04.FR.37.
        let status: DERControlStatusEnumType = found.isEmpty ? .notFound : .accepted
        emit(.answer(id, .getDERControl(GetDERControlResponse(status: status))))
        var rest = found[...]
        while !rest.isEmpty {
            var report = ReportDERControlRequest(requestId: request.requestId)
            for control in rest.prefix(Self.mostControlsReported) { report.add(control) }
            rest = rest.dropFirst(Self.mostControlsReported)
            // R04.FR.31, R04.FR.32.
            if !rest.isEmpty { report.tbc = true }
            call(.reportDERControl(report), .triggered)
        }
    }

    /// Within what each list of the report holds.
    private static var mostControlsReported: Int { 20 }

    // MARK: Who does what

    /// Whether any EVSE has somebody to carry it out.
    private func supportsDER(_ type: DERControlEnumType) -> Bool {
        evses.contains { DERVariables.modes($0).contains(type) }
    }

    /// Why not, where there is more to say than that nobody does.
    private func derRefusal(_ type: DERControlEnumType) -> StatusInfoType? {
        let isMissing = evses.contains { $0.setup.derByCharger.contains(type) }
        let reason =
            isMissing ? "The charger has no such function." : setup.evses.lazy.compactMap { $0.derRefusals[type] }.first
        return reason.map { StatusInfoType(reasonCode: "UnsupportedRequest", additionalInfo: $0) }
    }

    private func isDoneByCharger(_ type: DERControlEnumType) -> Bool {
        setup.evses.contains { $0.derByCharger.contains(type) }
    }

    /// What the charger or the car does by itself; that is not done a second time (R03.FR.05).
    func derElsewhere(_ evse: EVSEState) -> Set<DERControlEnumType> {
        let needs = smart.vehicles[evse.id]?.needs
        let inVehicle =
            needs?.requestedEnergyTransfer.isDERService == true
            ? Set(needs?.derChargingParameters?.evSupportedDERControl ?? []) : []
        return evse.setup.derByCharger.union(inVehicle)
    }

    mutating func take(_ condition: DERCondition, of evse: Int) {
        guard let index = index(ofEVSE: evse) else { return }
        evses[index].der = condition
        let key = DERVariables.key(evses[index].setup)
        guard variables.definition(key) != nil else { return }
        variables.report(DERVariables.text(DERVariables.modes(evses[index])), as: key)
        guard let rating = condition.rating else { return }
        // The nameplate as the charger has it (R01.FR.01).
        for (name, value) in [
            ("MaxVA", rating.apparent), ("MaxVar", rating.injected), ("MaxVarNeg", rating.absorbed),
        ] {
            let key = VariableKey("DCDERCtrlr", name, evse: evse)
            guard variables.definition(key) != nil else { continue }
            variables.report(DecimalNumber(thousandths: value).description, as: key)
        }
    }

    // MARK: Time

    mutating func advanceDERControls() {
        for event in der.advance(to: now.wall) {
            switch event {
            case .started(let id, let superseded, let at):
                // R04.FR.20, R04.FR.21.
                notifyDERStartStop(
                    NotifyDERStartStopRequest(
                        controlId: id, started: true, timestamp: DateTime(max(at, now.wall)),
                        supersededIds: superseded.isEmpty ? nil : superseded))
            case .ended(let id, let at):
                // R04.FR.22.
                notifyDERStartStop(
                    NotifyDERStartStopRequest(controlId: id, started: false, timestamp: DateTime(max(at, now.wall))))
            }
        }
        applyDERSettings()
        tellDERAlarm()
        keepDERControls()
    }

    private mutating func notifyDERStartStop(_ request: NotifyDERStartStopRequest) {
        call(.notifyDERStartStop(request), .durable)
    }

    /// To the millisecond.
    var derDeadline: Instant? { der.nextChange.map(instant(of:)) }

    private func instant(of wall: WallTime) -> Instant {
        let farthest: Int64 = 3_155_760_000_000
        let ahead = max(-farthest, min(farthest, wall.milliseconds.adding(-now.wall.milliseconds)))
        return now.monotonic + .milliseconds(Int(ahead))
    }

    /// Hands to chargers and cars what they carry out themselves (R02.FR.03, R03.FR.06).
    private mutating func applyDERSettings() {
        guard setup.role == .inCharge else { return }
        for evse in evses {
            let settings = der.acting(derElsewhere(evse))
            guard der.applied[evse.id] ?? [] != settings else { continue }
            der.applied[evse.id] = settings
            emit(.host(.applyDERSettings(evse: evse.id, settings)))
        }
    }

    // MARK: Through restarts (R01.FR.03, R02.FR.02, R03.FR.02)

    mutating func restoreDERControls(_ kept: [String: [UInt8]]) {
        for (key, bytes) in kept.sorted(by: { $0.key < $1.key }) where key.hasPrefix("der/") {
            if !der.restore(bytes) {
                emit(.notice("The DER control kept as “\(key)” cannot be read and is forgotten."))
            }
        }
    }

    private mutating func keepDERControls() {
        for (id, bytes) in der.takeUnsaved() { emit(.keep(key: "der/\(id)", bytes)) }
    }
}

extension EnergyTransferModeEnumType {
    fileprivate var isDERService: Bool {
        switch self {
        case .acBPTDER, .acDER: true
        case .acSinglePhase, .acTwoPhase, .acThreePhase, .dc, .acBPT, .dcBPT, .dcACDP, .dcACDPBPT, .wpt: false
        }
    }
}

extension ReportDERControlRequest {
    mutating func add(_ control: DERControl) {
        let (request, id) = (control.request, control.id)
        let (isDefault, isSuperseded) = (control.isDefault, control.isSuperseded)
        let fixedPF = (request.fixedPFAbsorb ?? request.fixedPFInject).map {
            FixedPFGetType(fixedPF: $0, id: id, isDefault: isDefault, isSuperseded: isSuperseded)
        }
        if let body = request.curve {
            curve =
                (curve ?? []) + [
                    DERCurveGetType(
                        curve: body, id: id, curveType: control.type, isDefault: isDefault, isSuperseded: isSuperseded)
                ]
        } else if let body = request.enterService {
            enterService = (enterService ?? []) + [EnterServiceGetType(enterService: body, id: id)]
        } else if request.fixedPFAbsorb != nil, let fixedPF {
            fixedPFAbsorb = (fixedPFAbsorb ?? []) + [fixedPF]
        } else if let fixedPF {
            fixedPFInject = (fixedPFInject ?? []) + [fixedPF]
        } else if let body = request.fixedVar {
            fixedVar =
                (fixedVar ?? []) + [
                    FixedVarGetType(fixedVar: body, id: id, isDefault: isDefault, isSuperseded: isSuperseded)
                ]
        } else if let body = request.freqDroop {
            freqDroop =
                (freqDroop ?? []) + [
                    FreqDroopGetType(freqDroop: body, id: id, isDefault: isDefault, isSuperseded: isSuperseded)
                ]
        } else if let body = request.gradient {
            gradient = (gradient ?? []) + [GradientGetType(gradient: body, id: id)]
        } else if let body = request.limitMaxDischarge {
            limitMaxDischarge =
                (limitMaxDischarge ?? []) + [
                    LimitMaxDischargeGetType(
                        id: id, isDefault: isDefault, isSuperseded: isSuperseded, limitMaxDischarge: body)
                ]
        }
    }
}
