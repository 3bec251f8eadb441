// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a point is to the gateway. Points without a role serve commands, conditions and probes only.
package enum Role: String, CaseIterable, Sendable {
    case vendor, model, serialNumber = "serial_number", firmware
    case state, power, frequency, faults
    case powerL1 = "power_l1", powerL2 = "power_l2", powerL3 = "power_l3"
    case currentL1 = "current_l1", currentL2 = "current_l2", currentL3 = "current_l3"
    case voltageL1 = "voltage_l1", voltageL2 = "voltage_l2", voltageL3 = "voltage_l3"
    case energyImport = "energy_import", energyExport = "energy_export"
    case stateOfCharge = "soc"
    case setpoint
    /// What charger and car accept now; magnitudes.
    case offeredCharge = "offered_charge", offeredDischarge = "offered_discharge"
}

/// One value in a device's registers.
package struct Point: Equatable, Sendable {
    package enum Encoding: Equatable, Sendable {
        case u16, i16, u32, i32, u64, i64, f32, f64, bool
        case text(registers: Int)

        package var registers: Int {
            switch self {
            case .u16, .i16, .bool: 1
            case .u32, .i32, .f32: 2
            case .u64, .i64, .f64: 4
            case .text(let registers): registers
            }
        }
    }
    package enum WordOrder: String, CaseIterable, Sendable { case bigEndian = "be", littleEndian = "le" }
    package enum Sign: String, CaseIterable, Sendable {
        case chargePositive = "charge_positive"
        case dischargePositive = "discharge_positive"
    }
    /// How often a point is read.
    package enum Polling: String, CaseIterable, Sendable { case fast, slow, once, never }
    package enum Unit: String, CaseIterable, Sendable {
        case watt = "W", kilowatt = "kW", ampere = "A", volt = "V", hertz = "Hz", wattHour = "Wh", kilowattHour = "kWh"
        case second = "s", millisecond = "ms", percent = "%", none = ""
    }
    package var name: String
    package var role: Role?
    package var table: RegisterTable
    /// 0-based protocol address, or the offset in the connector's block or SunSpec model.
    package var address: Int
    package var isPerConnector: Bool
    package var sunspecModel: Int?
    package var encoding: Encoding
    package var order: WordOrder
    /// value = raw × scale × 10^(scale factor) + offset, in `unit`.
    package var scale: Double
    package var offset: Double
    /// A point that holds a power of ten, read in the same request (SunSpec sunssf).
    package var scaleFactor: String?
    package var unit: Unit
    package var sign: Sign
    /// Bits of the raw value that count, before the shift; nil takes all.
    package var mask: UInt64?
    package var shift: Int
    /// Raw values (as unsigned bit patterns) that mean “no value”.
    package var invalid: [UInt64]
    /// The value counts only while the condition holds (SoC only while power flows).
    package var validWhen: Condition?
    /// Outside of it the value is not believed, in `unit`.
    package var plausible: ClosedRange<Double>?
    /// Raw value → connector state, for the point with role `state`.
    package var states: [Int64: ConnectorState]
    /// Raw value → what people read.
    package var labels: [Int64: String]
    package var polling: Polling
    package var readAlone: Bool
    package var isWritable: Bool
    package var writeFunction: WriteFunction
    /// Written to EEPROM or flash: on change only, 60 s apart, within a daily budget.
    package var isPersistent: Bool
    /// What a simulated device answers, in `unit`, or as text.
    package var example: Example?

    package enum Example: Equatable, Sendable {
        case number(Double)
        case text(String)
    }

    package init(
        name: String, role: Role? = nil, table: RegisterTable = .holding, address: Int, isPerConnector: Bool = false,
        sunspecModel: Int? = nil, encoding: Encoding, order: WordOrder = .bigEndian, scale: Double = 1,
        offset: Double = 0, scaleFactor: String? = nil, unit: Unit = .none, sign: Sign = .chargePositive,
        mask: UInt64? = nil, shift: Int = 0, invalid: [UInt64] = [], validWhen: Condition? = nil,
        plausible: ClosedRange<Double>? = nil, states: [Int64: ConnectorState] = [:], labels: [Int64: String] = [:],
        polling: Polling = .fast, readAlone: Bool = false, isWritable: Bool = false,
        writeFunction: WriteFunction = .multiple, isPersistent: Bool = false, example: Example? = nil
    ) {
        self.name = name
        self.role = role
        self.table = table
        self.address = address
        self.isPerConnector = isPerConnector
        self.sunspecModel = sunspecModel
        self.encoding = encoding
        self.order = order
        self.scale = scale
        self.offset = offset
        self.scaleFactor = scaleFactor
        self.unit = unit
        self.sign = sign
        self.mask = mask
        self.shift = shift
        self.invalid = invalid
        self.validWhen = validWhen
        self.plausible = plausible
        self.states = states
        self.labels = labels
        self.polling = polling
        self.readAlone = readAlone
        self.isWritable = isWritable
        self.writeFunction = writeFunction
        self.isPersistent = isPersistent
        self.example = example
    }
}

/// A test of one point's latest value, in its unit.
package struct Condition: Equatable, Sendable {
    package enum Test: Equatable, Sendable {
        case oneOf([Int64])
        case noneOf([Int64])
        case above(Double)
        case below(Double)
    }
    package var point: String
    package var test: Test
    package init(point: String, test: Test) {
        self.point = point
        self.test = test
    }
}
