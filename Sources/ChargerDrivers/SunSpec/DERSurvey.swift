// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Finds out what a device can be given, one read at a time: which models it has, and what of them can be written.
struct DERSurvey {
    private let maximumRead: Int
    private enum Subject {
        /// Model 702.
        case ratings
        case settings(SunSpecGridModel)
    }
    private var open: ArraySlice<(subject: Subject, address: Int)>
    private var image: SunSpecModelImage
    private(set) var found: Set<DERFunction> = []
    private(set) var rating: DERReport.Rating?

    init(_ allowed: Set<DERFunction>, models: [Int: Int], maximumRead: Int) {
        self.maximumRead = max(2, min(maximumRead, 125))
        let subjects =
            [(702, Subject.ratings)]
            + SunSpecGridModel.settable.filter { !allowed.isDisjoint(with: $0.functions) }
            .map { ($0.rawValue, Subject.settings($0)) }
        let places = subjects.compactMap { number, subject in
            models[number].map { (subject: subject, address: $0) }
        }
        open = places[...]
        image = SunSpecModelImage(at: places.first?.address ?? 0)
    }

    /// nil when it has seen everything.
    var next: (address: Int, count: Int)? { open.isEmpty ? nil : image.missing(atMost: maximumRead) }

    mutating func take(_ registers: [UInt16]) {
        image.append(registers)
        guard let subject = open.first?.subject, image.missing(atMost: maximumRead) == nil else { return }
        switch subject {
        case .ratings: rating = DERReport.Rating(image)
        case .settings(let model): found.formUnion(model.functions(in: image))
        }
        proceed()
    }

    /// The device does not let the model be read.
    mutating func takeRefusal() { proceed() }

    private mutating func proceed() {
        open = open.dropFirst()
        image = SunSpecModelImage(at: open.first?.address ?? 0)
    }
}

extension DERReport.Rating {
    /// From model 702: what it says of apparent power, and of reactive power in both directions.
    fileprivate init?(_ image: SunSpecModelImage) {
        func thousandths(_ offset: Int, factor: Int) -> Int64? {
            guard let word = image.word(offset), word != 0xFFFF else { return nil }
            // At most 65534 times ten to the tenth.
            return Int64(Double(word) * image.scale(factor) * 1_000)
        }
        guard let apparent = thousandths(7, factor: 47), let injected = thousandths(8, factor: 48),
            let absorbed = thousandths(9, factor: 48)
        else { return nil }
        self.init(apparent: apparent, injected: injected, absorbed: absorbed)
    }
}

extension SunSpecGridModel {
    /// Of its functions, those that this device lets be set.
    fileprivate func functions(in image: SunSpecModelImage) -> Set<DERFunction> {
        guard self == .control else { return hasSets && writableSet(image) != nil ? functions : [] }
        let switches: [(String, DERFunction)] = [
            ("PFWInjEna", .fixedPowerFactorInjecting), ("PFWAbsEna", .fixedPowerFactorAbsorbing),
            ("VarSetEna", .fixedVar),
        ]
        let there = Set(layout(image).filter { field($0, set: 1, image, value: 0).found(in: image) != nil }.map(\.name))
        return Set(switches.filter { there.contains($0.0) }.map(\.1))
    }
}

extension FirmwareProfile {
    /// What this device can be given by its models; the device itself may have less.
    package var derFunctions: Set<DERFunction> {
        guard kind == .charger, case .sunspec(_, let models) = location else { return [] }
        return Set(DERFunction.allCases.filter { function in models.contains { $0.id == function.model.rawValue } })
    }
}
