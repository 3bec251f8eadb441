// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// The general list with what the operation mode of a bidirectional transaction adds (`V2XChargingCtrlr.TxStartedMeasurands` and
    /// its kin: Q01.FR.33, Q01.FR.34, Q01.FR.35); nil leaves it to the general list.
    func measurandsOfOperationMode(for use: MeterUse, at index: Int) -> [MeasurandEnumType]? {
        guard let moment = use.moment else { return nil }
        let added = bidirectionalMeasurands(moment, evse: evses[index].id).measurands
            .compactMap(MeasurandEnumType.init(word:))
        guard !added.isEmpty else { return nil }
        let general = variables.list(MeteringVariables.measurands(use)).compactMap(MeasurandEnumType.init(word:))
        return general + added.filter { !general.contains($0) }
    }

    /// The same for the interval.
    func intervalOfOperationMode(for use: MeterUse, at index: Int) -> Int? {
        guard let moment = use.moment else { return nil }
        let (measurands, interval) = bidirectionalMeasurands(moment, evse: evses[index].id)
        return measurands.isEmpty || interval == 0 ? nil : interval
    }
}

extension MeterUse {
    fileprivate var moment: BidirectionalVariables.Moment? {
        switch self {
        case .started: .started
        case .updated: .updated
        case .ended: .ended
        case .aligned, .alignedEnded: nil
        }
    }
}
