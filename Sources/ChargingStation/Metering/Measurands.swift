// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// What a station can measure or knows.
enum Measurands {
    static let supported: [MeasurandEnumType] = [
        .currentExport, .currentExportOffered, .currentImport, .currentImportOffered, .currentOffered,
        .energyActiveExportInterval, .energyActiveExportRegister, .energyActiveImportInterval,
        .energyActiveImportRegister, .energyActiveNet, .frequency, .powerActiveExport, .powerActiveImport,
        .powerActiveResidual, .powerActiveSetpoint, .powerExportOffered, .powerImportOffered, .powerOffered, .soC,
        .voltage,
    ]
}

extension Station {
    /// What to measure for `use`; nothing where that kind of values is switched off.
    func measurands(for use: MeterUse, at index: Int) -> [MeasurandEnumType] {
        guard variables.text(MeteringVariables.enabled(use)) != "false" else { return [] }
        if let ofMode = measurandsOfOperationMode(for: use, at: index) { return ofMode }
        return variables.list(MeteringVariables.measurands(use)).compactMap(MeasurandEnumType.init(word:))
    }

    /// Seconds between values for `use`; nil takes none.
    func interval(of use: MeterUse, at index: Int) -> Int? {
        let ofMode = intervalOfOperationMode(for: use, at: index)
        let seconds = ofMode ?? MeteringVariables.interval(use).flatMap { variables.integer($0) }
        return seconds.flatMap { $0 > 0 ? $0 : nil }
    }
}
