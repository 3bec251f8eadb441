// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// The measurands of the operation mode of a bidirectional transaction (`V2XChargingCtrlr.TxStartedMeasurands` and its
    /// kin); nil leaves it to the general list.
    func measurandsOfOperationMode(for use: MeterUse, at index: Int) -> [MeasurandEnumType]? { nil }

    /// The same for the interval.
    func intervalOfOperationMode(for use: MeterUse, at index: Int) -> Int? { nil }
}
