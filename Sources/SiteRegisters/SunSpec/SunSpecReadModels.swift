// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension SunSpecModel {
    /// Model 1.
    static var common: SunSpecModel {
        var model = SunSpecModel(1, "Common")
        model.text("Mn", 16) { _ in "Sluice" }
        model.text("Md", 16) { _ in "Sluice gateway" }
        model.text("Opt", 8) { _ in "" }
        model.text("Vr", 8) { $0.nameplate.version }
        model.text("SN", 16) { $0.nameplate.site }
        model.add("DA", .uint16) { Int64($0.nameplate.unit) }
        model.add("Pad", .pad) { _ in nil }
        return model
    }

    /// Model 701: the EVSEs together as one resource; voltage and frequency at the connection point. Positive is delivered.
    static var measurement: SunSpecModel {
        var model = SunSpecModel(701, "DER AC measurement")
        model.add("ACType", .enum16) { $0.nameplate.isThreePhase ? 2 : 0 }
        model.add("St", .enum16) { $0.controls.isAtRest ? 0 : 1 }
        model.add("InvSt", .enum16) { inverterState($0) }
        model.add("ConnSt", .enum16) { $0.figures.isMeterHeard ? 1 : 0 }
        model.add("Alrm", .bitfield32) { _ in 0 }
        model.add("DERMode", .bitfield32) { _ in 1 }
        model.add("W", .int16) { readable in
            readable.figures.evsePower.map { readable.scaled(-$0.milli / 1_000) }
        }
        model.lack(.int16, "VA", "Var", "PF", "A")
        model.lack(.uint16, "LLV")
        model.add("LNV", .uint16) { $0.figures.voltage.map { $0.milli / 100 } }
        model.add("Hz", .uint32) { $0.figures.frequency?.milli }
        model.lack(.uint64, "TotWhInj", "TotWhAbs", "TotVarhInj", "TotVarhAbs")
        model.lack(.int16, "TmpAmb", "TmpCab", "TmpSnk", "TmpTrns", "TmpSw", "TmpOt")
        for (phase, pair) in [("L1", "VL1L2"), ("L2", "VL2L3"), ("L3", "VL3L1")] {
            model.lack(.int16, "W\(phase)", "VA\(phase)", "Var\(phase)", "PF\(phase)", "A\(phase)")
            model.lack(.uint16, pair)
            model.add("V\(phase)", .uint16) { phase == "L1" ? $0.figures.voltage.map { $0.milli / 100 } : nil }
            model.lack(
                .uint64, "TotWhInj\(phase)", "TotWhAbs\(phase)", "TotVarhInj\(phase)", "TotVarhAbs\(phase)")
        }
        model.lack(.uint16, "ThrotPct")
        model.lack(.bitfield32, "ThrotSrc")
        model.lack(.scaleFactor, "A_SF")
        model.add("V_SF", .scaleFactor) { _ in -1 }
        model.add("Hz_SF", .scaleFactor) { _ in -3 }
        model.add("W_SF", .scaleFactor) { $0.nameplate.powerScale }
        model.lack(.scaleFactor, "PF_SF", "VA_SF", "Var_SF", "TotWh_SF", "TotVarh_SF", "Tmp_SF")
        model.text("MnAlrmInfo", 32) { _ in "" }
        return model
    }

    /// OFF at rest, STARTING before the chargers are under control, RUNNING while power flows, else STANDBY.
    private static func inverterState(_ readable: Readable) -> Int64 {
        if readable.controls.isAtRest { return 0 }
        if !readable.figures.areAllUnderControl { return 2 }
        return (readable.figures.evsePower?.magnitude ?? .zero) >= .watts(50) ? 3 : 7
    }

    /// Model 702: ratings; the settings equal them, because the configuration sets them.
    static var capacity: SunSpecModel {
        var model = SunSpecModel(702, "DER capacity")
        model.addRatings(suffix: "Rtg")
        model.lack(.uint16, "PFOvrExtRtg", "PFUndExtRtg", "ReactSusceptRtg")
        model.lack(.enum16, "NorOpCatRtg", "AbnOpCatRtg")
        model.add("CtrlModes", .bitfield32) { _ in 0b11 }
        model.lack(.uint16, "IntIslandCatRtg")
        model.addRatings(suffix: "")
        model.lack(.uint16, "PFOvrExt", "PFUndExt", "IntIslandCat")
        model.add("W_SF", .scaleFactor) { $0.nameplate.powerScale }
        model.lack(.scaleFactor, "PF_SF", "VA_SF", "Var_SF")
        model.add("V_SF", .scaleFactor) { _ in -1 }
        model.lack(.scaleFactor, "A_SF", "S_SF")
        return model
    }

    private mutating func addRatings(suffix: String) {
        @Sendable func discharging(_ readable: Readable) -> Int64? {
            readable.scaled(readable.nameplate.discharging.watts)
        }
        add("WMax\(suffix)", .uint16, discharging)
        lack(.uint16, "WOvrExt\(suffix)", "WOvrExtPF\(suffix)", "WUndExt\(suffix)", "WUndExtPF\(suffix)")
        lack(.uint16, "VAMax\(suffix)", "VarMaxInj\(suffix)", "VarMaxAbs\(suffix)")
        add("WChaRteMax\(suffix)", .uint16) { $0.scaled($0.nameplate.charging.watts) }
        add("WDisChaRteMax\(suffix)", .uint16, discharging)
        lack(.uint16, "VAChaRteMax\(suffix)", "VADisChaRteMax\(suffix)")
        add("VNom\(suffix)", .uint16) { $0.nameplate.voltage.milli / 100 }
        lack(.uint16, "VMax\(suffix)", "VMin\(suffix)", "AMax\(suffix)")
    }
}

extension SiteNameplate {
    /// The power of ten with which the ratings and a quarter more fit 15 bits.
    var powerScale: Int64 {
        let most = max(charging, discharging).watts / 4 * 5
        var scale: Int64 = 0
        var unit: Int64 = 1
        while most / unit > 32_767 {
            unit *= 10
            scale += 1
        }
        return scale
    }
}

extension Readable {
    /// Watts as the models' registers hold them, rounded toward zero.
    func scaled(_ watts: Int64) -> Int64 {
        var value = watts
        var scale = nameplate.powerScale
        while scale > 0 {
            value /= 10
            scale -= 1
        }
        return value
    }
}
