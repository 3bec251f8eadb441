// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What one model of a device shall hold.
struct SunSpecTarget {
    let model: SunSpecGridModel
    /// Whether its function shall be on; of no meaning where the model has no switch for all of it.
    let isOn: Bool
    /// What a set of it, counted from one, shall hold. Nothing leaves it as it is.
    let fields: (_ set: Int, SunSpecModelImage) throws(SunSpecUnsuited) -> [SunSpecField]
}

/// Brings the models of a SunSpec device to what they shall hold, one exchange at a time: reads a model, writes only where
/// it differs, has the written set adopted, reads back and compares. What agrees already is not written again, so that the
/// device's memory does not wear.
struct SunSpecWriter {
    enum Exchange: Equatable {
        case read(at: Int, count: Int)
        case write([UInt16], at: Int)
    }

    enum Outcome: Equatable, Sendable {
        case agrees
        /// Why not; a clause that wants the remedy after it.
        case differs(String)
    }

    private enum Stage: Equatable {
        case reading(after: Done)
        case writing([Block], after: Done)
        /// Until the device says that it took the written set.
        case adopting(patience: Instant, after: Done)
        case switching(after: Done)
        case done(Outcome)
    }

    /// What was done to the model already, which is not done twice.
    private struct Done: Equatable {
        var isWritten = false
        var isSwitched = false
    }

    /// Registers next to each other.
    private struct Block: Equatable {
        var address: Int
        var words: [UInt16]
        /// Names the first value, for people.
        var name: String
        var turn = 0
    }

    private let maximumRead: Int
    private var places: ArraySlice<(target: SunSpecTarget, address: Int)>
    private var image: SunSpecModelImage
    private var stage: Stage
    private var notBefore = Instant.distantPast
    /// How many writes the model takes that is being written.
    private var opened = 0

    /// How long a device may take to adopt a set, and what it may need between a write and its effect.
    private static let patience = Interval.seconds(10)
    private static let pause = Interval.milliseconds(200)

    /// - Parameters:
    ///   - targets: In the order in which they are brought about; the device has to have their models.
    ///   - models: Where the device has which model, by its number.
    ///   - maximumRead: Registers in one read.
    init(_ targets: [SunSpecTarget], models: [Int: Int], maximumRead: Int) {
        self.maximumRead = max(2, min(maximumRead, 125))
        let present = targets.compactMap { target in
            models[target.model.rawValue].map { (target: target, address: $0) }
        }
        places = present[...]
        image = SunSpecModelImage(at: present.first?.address ?? 0)
        stage = present.isEmpty ? .done(.agrees) : .reading(after: Done())
        if let missing = targets.first(where: { models[$0.model.rawValue] == nil }) {
            fail("the device has no model \(missing.model.rawValue)")
        }
    }

    /// nil while it is at work.
    var outcome: Outcome? {
        if case .done(let outcome) = stage { outcome } else { nil }
    }

    /// When the next exchange may be; nil when there is none.
    var nextAt: Instant? { exchange == nil ? nil : notBefore }

    /// The next exchange; nil when it is done.
    var exchange: Exchange? {
        guard let place = places.first else { return nil }
        switch stage {
        case .reading:
            return image.missing(atMost: maximumRead).map { .read(at: $0.address, count: $0.count) }
        case .writing(let blocks, _): return blocks.first.map { .write($0.words, at: $0.address) }
        case .adopting: return .read(at: place.address + SunSpecGridModel.adoptResult, count: 1)
        case .switching:
            return .write([place.target.isOn ? 1 : 0], at: place.address + SunSpecGridModel.enable)
        case .done: return nil
        }
    }

    // MARK: Answers

    mutating func took(_ registers: [UInt16], at now: Instant) {
        switch stage {
        case .reading(let done):
            image.append(registers)
            if image.missing(atMost: maximumRead) == nil { compare(after: done) }
        case .adopting(let patience, let done):
            takeResult(registers.first ?? 0, patience: patience, after: done, at: now)
        case .writing, .switching, .done: break
        }
    }

    mutating func wrote(at now: Instant) {
        switch stage {
        case .writing(let blocks, var done):
            let rest = Array(blocks.dropFirst())
            guard rest.isEmpty else {
                stage = .writing(rest, after: done)
                return
            }
            notBefore = now + Self.pause
            done.isWritten = true
            if places.first?.target.model.hasSets == true {
                stage = .adopting(patience: now + Self.patience, after: done)
            } else {
                readAgain(after: done)
            }
        case .switching(var done):
            notBefore = now + Self.pause
            done.isSwitched = true
            readAgain(after: done)
        case .reading, .adopting, .done: break
        }
    }

    /// The device answers with an exception.
    mutating func refused(_ fault: LinkFault) {
        switch stage {
        case .reading, .adopting: fail("model \(number) cannot be read: \(fault)")
        case .writing(let blocks, _): fail("“\(blocks.first?.name ?? "")” cannot be written: \(fault)")
        case .switching: fail("“\(number).Ena” cannot be written: \(fault)")
        case .done: break
        }
    }

    /// Before the first write to a model: which, and everything that will be written. nil at any other time.
    var opening: (model: SunSpecGridModel, words: [UInt16])? {
        switch stage {
        case .writing(let blocks, let done) where !done.isWritten && blocks.count == opened:
            places.first.map { ($0.target.model, blocks.flatMap(\.words)) }
        case .reading, .writing, .adopting, .switching, .done: nil
        }
    }

    /// Ends without having done it.
    mutating func fail(_ why: String) { stage = .done(.differs(why)) }

    // MARK: Steps

    private var number: Int { places.first?.target.model.rawValue ?? 0 }

    private mutating func readAgain(after done: Done) {
        image = SunSpecModelImage(at: places.first?.address ?? 0)
        stage = .reading(after: done)
    }

    private mutating func proceed() {
        places = places.dropFirst()
        guard let next = places.first else {
            stage = .done(.agrees)
            return
        }
        image = SunSpecModelImage(at: next.address)
        stage = .reading(after: Done())
    }

    /// A set is switched on only after it has been adopted and read back as what it shall be, and off before another takes its
    /// place.
    private mutating func compare(after done: Done) {
        guard let target = places.first?.target else { return }
        do throws(SunSpecUnsuited) {
            let different = try target.fields(1, image).first { !$0.agrees(with: image) }
            let isSwitched = !target.model.hasSets || image.word(SunSpecGridModel.enable) == (target.isOn ? 1 : 0)
            if !isSwitched, different == nil || !target.isOn {
                guard done.isSwitched else {
                    stage = .switching(after: done)
                    return
                }
                let reads = image.word(SunSpecGridModel.enable) ?? 0
                return fail("“\(number).Ena” reads \(reads) after \(target.isOn ? 1 : 0) was written")
            }
            guard let different else { return proceed() }
            if done.isWritten { fail(complaint(different)) } else { try write(target, after: done) }
        } catch {
            fail(error.why)
        }
    }

    private func complaint(_ field: SunSpecField) -> String {
        let found = field.found(in: image).map(SunSpecField.text) ?? "nothing"
        return "“\(field.name)” reads \(found) after \(SunSpecField.text(field.value)) was written"
    }

    private mutating func write(_ target: SunSpecTarget, after done: Done) throws(SunSpecUnsuited) {
        let model = target.model
        var new: [Block]
        if model.hasSets {
            guard let set = model.writableSet(image) else {
                throw SunSpecUnsuited(why: "model \(model.rawValue) has no set that can be written")
            }
            let request = Block(
                address: image.address + SunSpecGridModel.adoptRequest, words: [UInt16(set)],
                name: "\(model.rawValue).\(model == .droop ? "AdptCtlReq" : "AdptCrvReq")")
            new = blocks(try target.fields(set, image)) + [request]
        } else {
            new = blocks(try target.fields(1, image))
        }
        opened = new.count
        stage = .writing(new, after: done)
    }

    /// Neighbours in one write. What the device does not implement and need not is left out.
    private func blocks(_ fields: [SunSpecField]) -> [Block] {
        var blocks: [Block] = []
        for field in fields.sorted(by: { ($0.turn, $0.offset) < ($1.turn, $1.offset) }) {
            guard let words = field.words else { continue }
            if field.isDispensable, field.found(in: image) == nil { continue }
            let address = image.address + field.offset
            if let last = blocks.last, last.address + last.words.count == address, last.turn == field.turn,
                last.words.count + words.count <= 123
            {
                blocks[blocks.count - 1].words += words
            } else {
                blocks.append(Block(address: address, words: words, name: field.name, turn: field.turn))
            }
        }
        return blocks
    }

    private mutating func takeResult(_ result: UInt16, patience: Instant, after done: Done, at now: Instant) {
        switch result {
        case 1: readAgain(after: done)
        case 0 where now < patience: notBefore = now + Self.pause
        case 0: fail("model \(number) did not adopt what was written within \(Self.patience)")
        default: fail("model \(number) refuses to adopt what was written (result \(result))")
        }
    }
}
