// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension SunSpecModel {
    /// Model 703. Voltage, frequency and delays of the return to service are the grid code's, not the controller's.
    static var enterService: SunSpecModel {
        var model = SunSpecModel(703, "Enter service")
        model.add("ES", .enum16, writes: .service) { $0.controls.isInService ? 1 : 0 }
        model.lack(.uint16, "ESVHi", "ESVLo")
        model.lack(.uint32, "ESHzHi", "ESHzLo", "ESDlyTms", "ESRndTms", "ESRmpTms", "ESDlyRemTms")
        model.lack(.scaleFactor, "V_SF", "Hz_SF")
        return model
    }

    /// Model 704: of it the limit on delivery and the setpoint.
    static var controls: SunSpecModel {
        var model = SunSpecModel(704, "DER AC controls")
        model.lackPowerFactor("PFWInj")
        model.lackPowerFactor("PFWAbs")
        model.add("WMaxLimPctEna", .enum16, writes: .limitEnabled) { $0.controls.limit.isEnabled ? 1 : 0 }
        model.add("WMaxLimPct", .uint16, writes: .limit) { $0.controls.limitShare }
        model.add("WMaxLimPctRvrt", .uint16, writes: .limitAfter) { $0.controls.limitShareAfter }
        model.add("WMaxLimPctEnaRvrt", .enum16, writes: .limitEnabledAfter) {
            $0.controls.limit.isEnabledAfter ? 1 : 0
        }
        model.add("WMaxLimPctRvrtTms", .uint32, writes: .limitTimeout) { $0.controls.limit.timeout.wholeSeconds }
        model.add("WMaxLimPctRvrtRem", .uint32) { $0.controls.limit.remaining(at: $0.now) }
        model.addSetpoint()
        model.lack(.enum16, "VarSetEna", "VarSetMod", "VarSetPri")
        model.lack(.int32, "VarSet", "VarSetRvrt")
        model.lack(.int16, "VarSetPct", "VarSetPctRvrt")
        model.lack(.enum16, "VarSetEnaRvrt")
        model.lack(.uint32, "VarSetRvrtTms", "VarSetRvrtRem")
        model.lack(.uint16, "WRmp")
        model.lack(.enum16, "WRmpRef")
        model.lack(.uint16, "VarRmp")
        model.lack(.enum16, "AntiIslEna")
        model.lack(.scaleFactor, "PF_SF")
        model.add("WMaxLimPct_SF", .scaleFactor) { _ in -1 }
        model.add("WSet_SF", .scaleFactor) { _ in 0 }
        model.add("WSetPct_SF", .scaleFactor) { _ in -1 }
        model.lack(.scaleFactor, "VarSet_SF", "VarSetPct_SF")
        for group in ["PFWInj", "PFWInjRvrt", "PFWAbs", "PFWAbsRvrt"] {
            model.lack(.uint16, "\(group).PF")
            model.lack(.enum16, "\(group).Ext")
        }
        return model
    }

    private mutating func lackPowerFactor(_ name: String) {
        lack(.enum16, "\(name)Ena", "\(name)EnaRvrt")
        lack(.uint32, "\(name)RvrtTms", "\(name)RvrtRem")
    }

    private mutating func addSetpoint() {
        add("WSetEna", .enum16, writes: .setEnabled) { $0.controls.asked.isEnabled ? 1 : 0 }
        add("WSetMod", .enum16, writes: .setMode) { $0.controls.isSetInWatts ? 1 : 0 }
        add("WSet", .int32, writes: .set) { $0.controls.setWatts }
        add("WSetRvrt", .int32, writes: .setAfter) { $0.controls.setWattsAfter }
        add("WSetPct", .int16, writes: .setShare) { $0.controls.setShare }
        add("WSetPctRvrt", .int16, writes: .setShareAfter) { $0.controls.setShareAfter }
        add("WSetEnaRvrt", .enum16, writes: .setEnabledAfter) { $0.controls.asked.isEnabledAfter ? 1 : 0 }
        add("WSetRvrtTms", .uint32, writes: .setTimeout) { $0.controls.asked.timeout.wholeSeconds }
        add("WSetRvrtRem", .uint32) { $0.controls.asked.remaining(at: $0.now) }
    }

    /// Model 715.
    static var control: SunSpecModel {
        var model = SunSpecModel(715, "DER control")
        model.add("LocRemCtl", .enum16) { $0.figures.isLocal ? 1 : 0 }
        model.add("DERHb", .uint32) { $0.figures.uptime.nanoseconds / 1_000_000_000 }
        model.add("ControllerHb", .uint32, writes: .controllerHeartbeat) { $0.controls.controllerHeartbeat }
        model.add("AlarmReset", .uint16, writes: .alarmReset) { _ in 0 }
        model.add("OpCtl", .enum16, writes: .operation) { $0.controls.operation.rawValue }
        return model
    }
}
