// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One point of a SunSpec model.
package struct SunSpecPoint: Sendable {
    enum Content: Sendable {
        case number(@Sendable (Readable) -> Int64?)
        case text(@Sendable (Readable) -> String)
    }
    package let name: String
    package let type: RegisterType
    /// What a write to it means; nil: it is only read.
    package let control: ControlPoint?
    let content: Content

    func words(_ readable: Readable) -> [UInt16] {
        switch content {
        case .number(let value): type.words(value(readable))
        case .text(let text): type.words(text: text(readable))
        }
    }
}

/// One model with its points in the order of their registers, `ID` and `L` left out.
package struct SunSpecModel: Sendable {
    package let id: Int64
    package let title: String
    package private(set) var points: [SunSpecPoint] = []

    init(_ id: Int64, _ title: String) {
        self.id = id
        self.title = title
    }

    /// L of the model: registers after `ID` and `L`.
    package var length: Int { points.reduce(0) { $0 + $1.type.width } }

    mutating func add(
        _ name: String, _ type: RegisterType, writes control: ControlPoint? = nil,
        _ value: @escaping @Sendable (Readable) -> Int64?
    ) {
        points.append(SunSpecPoint(name: name, type: type, control: control, content: .number(value)))
    }

    /// Points that this site does not have; they read as not implemented.
    mutating func lack(_ type: RegisterType, _ names: String...) {
        for name in names { add(name, type) { _ in nil } }
    }

    mutating func text(_ name: String, _ registers: Int, _ text: @escaping @Sendable (Readable) -> String) {
        points.append(
            SunSpecPoint(name: name, type: .text(registers: registers), control: nil, content: .text(text)))
    }

    func words(_ readable: Readable) -> [UInt16] {
        [UInt16(truncatingIfNeeded: id), UInt16(truncatingIfNeeded: length)] + points.flatMap { $0.words(readable) }
    }
}

/// The chain of models from SunSpec's usual base address.
package enum SunSpecChain {
    package static let address = 40_000
    /// “SunS”.
    private static let marker: [UInt16] = [0x5375, 0x6E53]
    private static let end: [UInt16] = [0xFFFF, 0]

    package static let models: [SunSpecModel] = [
        .common, .measurement, .capacity, .enterService, .controls, .control,
    ]

    static let width = marker.count + end.count + models.reduce(0) { $0 + 2 + $1.length }

    static func words(_ readable: Readable) -> [UInt16] {
        marker + models.flatMap { $0.words(readable) } + end
    }

    /// The points that can be written, by the address of their first register.
    static let writable: [Int: SunSpecPoint] = {
        var found: [Int: SunSpecPoint] = [:]
        var next = address + marker.count
        for model in models {
            next += 2
            for point in model.points {
                if point.control != nil { found[next] = point }
                next += point.type.width
            }
        }
        return found
    }()
}
