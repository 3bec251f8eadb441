// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection

/// Brings the models of a SunSpec device to a grid code's settings, one exchange at a time: reads a model, writes only where
/// it differs, has the written set adopted, reads back and compares. What agrees already is not written again, so that the
/// device's memory does not wear.
package struct GridSettingsWriter {
    package enum Exchange: Equatable {
        case read(at: Int, count: Int)
        case write([UInt16], at: Int)
    }

    package enum Outcome: Equatable, Sendable {
        case agrees
        /// Why not, with the remedy.
        case differs(String)
    }

    private enum Stage: Equatable {
        /// - Parameter after: What was done before, which is not done twice.
        case reading(after: Done)
        case writing([Block], isOn: Bool)
        /// Until the device says that it took the written set.
        case adopting(patience: Instant)
        case switching
        case done(Outcome)
    }

    private enum Done: Int, Comparable {
        case nothing, written, switched
        static func < (lhs: Done, rhs: Done) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// Registers next to each other.
    private struct Block: Equatable {
        var address: Int
        var words: [UInt16]
        /// Names the first value, for people.
        var name: String
    }

    private let settings: GridCodeSettings
    private let maximumRead: Int
    private var models: ArraySlice<(model: SunSpecGridModel, address: Int)>
    private var image: SunSpecModelImage
    private var stage: Stage
    private var notBefore = Instant.distantPast

    /// How long a device may take to adopt a set, and what it may need between a write and its effect.
    private static let patience = Interval.seconds(10)
    private static let pause = Interval.milliseconds(200)

    /// - Parameters:
    ///   - models: Where the device has which model, by its number.
    ///   - wanted: Those it has to have.
    ///   - maximumRead: Registers in one read.
    package init(
        _ settings: GridCodeSettings, models: [Int: Int], wanted: [SunSpecGridModel], maximumRead: Int
    ) {
        self.settings = settings
        self.maximumRead = max(2, min(maximumRead, 125))
        let present = wanted.compactMap { model in models[model.rawValue].map { (model: model, address: $0) } }
        self.models = present[...]
        image = SunSpecModelImage(at: present.first?.address ?? 0)
        stage = present.isEmpty ? .done(.agrees) : .reading(after: .nothing)
        if let missing = wanted.first(where: { models[$0.rawValue] == nil }) {
            fail("the device has no model \(missing.rawValue)")
        }
    }

    /// nil while it is at work.
    package var outcome: Outcome? {
        if case .done(let outcome) = stage { outcome } else { nil }
    }

    /// When the next exchange may be; nil when there is none.
    package var nextAt: Instant? { exchange == nil ? nil : notBefore }

    /// The next exchange; nil when it is done.
    package var exchange: Exchange? {
        guard let model = models.first else { return nil }
        switch stage {
        case .reading:
            return image.missing(atMost: maximumRead).map { .read(at: $0.address, count: $0.count) }
        case .writing(let blocks, _): return blocks.first.map { .write($0.words, at: $0.address) }
        case .adopting: return .read(at: model.address + SunSpecGridModel.adoptResult, count: 1)
        case .switching:
            return .write([model.model.isOn(settings) ? 1 : 0], at: model.address + SunSpecGridModel.enable)
        case .done: return nil
        }
    }

    // MARK: Answers

    package mutating func took(_ registers: [UInt16], at now: Instant) {
        switch stage {
        case .reading(let done):
            image.append(registers)
            if image.missing(atMost: maximumRead) == nil { compare(after: done) }
        case .adopting(let patience): takeResult(registers.first ?? 0, patience: patience, at: now)
        case .writing, .switching, .done: break
        }
    }

    package mutating func wrote(at now: Instant) {
        switch stage {
        case .writing(let blocks, let isOn):
            let rest = Array(blocks.dropFirst())
            guard rest.isEmpty else {
                stage = .writing(rest, isOn: isOn)
                return
            }
            notBefore = now + Self.pause
            if models.first?.model.hasSets == true, isOn {
                stage = .adopting(patience: now + Self.patience)
            } else {
                readAgain(after: .written)
            }
        case .switching:
            notBefore = now + Self.pause
            readAgain(after: .switched)
        case .reading, .adopting, .done: break
        }
    }

    /// The device answers with an exception.
    package mutating func refused(_ fault: LinkFault) {
        switch stage {
        case .reading, .adopting: fail("model \(number) cannot be read: \(fault)")
        case .writing(let blocks, _): fail("“\(blocks.first?.name ?? "")” cannot be written: \(fault)")
        case .switching: fail("“\(number).Ena” cannot be written: \(fault)")
        case .done: break
        }
    }

    // MARK: Steps

    private var number: Int { models.first?.model.rawValue ?? 0 }

    private mutating func readAgain(after done: Done) {
        image = SunSpecModelImage(at: models.first?.address ?? 0)
        stage = .reading(after: done)
    }

    private mutating func fail(_ why: String) {
        stage = .done(
            .differs(
                "\(why). Nothing is delivered until the device holds the grid code's settings; set them at the device, "
                    + "choose the grid code it is set to, or leave them to its installer with “grid_settings: leave”."))
    }

    private mutating func proceed() {
        models = models.dropFirst()
        guard let next = models.first else {
            stage = .done(.agrees)
            return
        }
        image = SunSpecModelImage(at: next.address)
        stage = .reading(after: .nothing)
    }

    /// A set is switched on only after it has been adopted and read back as what it shall be.
    private mutating func compare(after done: Done) {
        guard let model = models.first?.model else { return }
        let isOn = model.isOn(settings)
        do throws(SunSpecUnsuited) {
            let wanted = isOn ? try model.fields(settings, set: 1, image) : []
            let different = wanted.first { !$0.agrees(with: image) }
            let isSwitched = !model.hasSets || image.word(SunSpecGridModel.enable) == (isOn ? 1 : 0)
            switch (different, isSwitched) {
            case (nil, true): proceed()
            case (nil, false) where done < .switched: stage = .switching
            case (nil, false): fail("“\(number).Ena” reads \(image.word(2) ?? 0) after \(isOn ? 1 : 0) was written")
            case (.some, _) where done == .nothing: try write(model)
            case (let field?, _): fail(complaint(field))
            }
        } catch {
            fail(error.why)
        }
    }

    private func complaint(_ field: SunSpecField) -> String {
        let found = field.found(in: image).map(SunSpecField.text) ?? "nothing"
        return "“\(field.name)” reads \(found) after \(SunSpecField.text(field.value)) was written"
    }

    private mutating func write(_ model: SunSpecGridModel) throws(SunSpecUnsuited) {
        guard model.hasSets else {
            stage = .writing(blocks(try model.fields(settings, set: 1, image)), isOn: true)
            return
        }
        guard let set = model.writableSet(image) else {
            throw SunSpecUnsuited(why: "model \(model.rawValue) has no set that can be written")
        }
        let request = Block(
            address: image.address + SunSpecGridModel.adoptRequest, words: [UInt16(set)],
            name: "\(model.rawValue).\(model == .droop ? "AdptCtlReq" : "AdptCrvReq")")
        stage = .writing(blocks(try model.fields(settings, set: set, image)) + [request], isOn: true)
    }

    /// Neighbours in one write. What the device does not implement and need not is left out.
    private func blocks(_ fields: [SunSpecField]) -> [Block] {
        var blocks: [Block] = []
        for field in fields.sorted(by: { $0.offset < $1.offset }) {
            guard let words = field.words else { continue }
            if field.isDispensable, field.found(in: image) == nil { continue }
            let address = image.address + field.offset
            if let last = blocks.last, last.address + last.words.count == address,
                last.words.count + words.count <= 123
            {
                blocks[blocks.count - 1].words += words
            } else {
                blocks.append(Block(address: address, words: words, name: field.name))
            }
        }
        return blocks
    }

    private mutating func takeResult(_ result: UInt16, patience: Instant, at now: Instant) {
        switch result {
        case 1: readAgain(after: .written)
        case 0 where now < patience: notBefore = now + Self.pause
        case 0: fail("model \(number) did not adopt what was written within \(Self.patience)")
        default: fail("model \(number) refuses to adopt what was written (result \(result))")
        }
    }
}
