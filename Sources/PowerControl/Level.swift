// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One scarce thing: who shares it, in which direction, and how much there is.
struct Level: Sendable, BitwiseCopyable {
    var start: Int
    var end: Int
    /// Lane of `Draw`, 4 for the site's setpoint, or from `Sharing.firstAsymmetricLane` on.
    var conductor: Int
    /// 1 lowers what is drawn, -1 what is delivered.
    var sign: Int64
    var room: Int64
    var reason: Reason
    /// The common height that was found; before, where to begin to look for it, 0 for anywhere.
    var height: Int64 = 0

    @_noLocks init(start: Int, end: Int, conductor: Int, sign: Int64, room: Int64, reason: Reason) {
        self.start = start
        self.end = end
        self.conductor = conductor
        self.sign = sign
        self.room = room
        self.reason = reason
    }
}

/// The members of a level, summed up.
struct Survey: Sendable, BitwiseCopyable {
    /// What they draw, or deliver.
    var need: Int64 = 0
    /// How little they can do with.
    var floors: Int64 = 0
    /// What each milliwatt of the common height takes where nobody meets its floor or size; above zero with any member.
    var perHeight: Int64 = 0
    /// The power of the largest, in milliwatts.
    var largest: Int64 = 0

    @_noLocks init() {}
}

extension Sharing {
    /// Lowers the magnitudes of the level's members to a common height, in proportion to their weights, so that they fit
    /// the room. Nobody goes below its floor; if even the floors do not fit, those ranked last get nothing.
    /// - Returns: Whether a power was lowered.
    @_noLocks mutating func lower(_ level: inout Level, _ ranking: inout Ranking) -> Bool {
        guard level.room > 0 else { return apply(level, height: -1) }
        var survey = survey(level)
        let isChanged = survey.floors > level.room
        if isChanged {
            dropWhoDoesNotFit(level, floors: survey.floors, &ranking)
            survey = self.survey(level)
        }
        guard survey.need > level.room else { return isChanged }
        level.height = height(of: level, survey)
        return apply(level, height: level.height) || isChanged
    }

    /// What the members draw, or deliver, as it stands.
    @_noLocks func need(_ level: Level) -> Int64 {
        var sum: Int64 = 0
        var slot = level.start
        while slot < level.end {
            sum &+= max(0, slots[slot].power &* level.sign) &* coefficient(slot, level.conductor)
            slot += 1
        }
        return sum
    }

    @inline(__always)
    private func coefficient(_ slot: Int, _ conductor: Int) -> Int64 {
        if conductor < 4 { return slots[slot].perMilliwatt[conductor] }
        return conductor == 4 ? slots[slot].siteShare : asymmetric(slot, conductor)
    }

    @inline(__always)
    private func isMember(_ slot: Int, _ level: Level) -> Bool {
        slots[slot].power &* level.sign > 0 && coefficient(slot, level.conductor) > 0
    }

    @inline(__always)
    private func floor(_ slot: Int, _ level: Level) -> Int64 { min(slots[slot].floor, slots[slot].power &* level.sign) }

    private func survey(_ level: Level) -> Survey {
        var survey = Survey()
        var slot = level.start
        while slot < level.end {
            if isMember(slot, level) {
                let size = slots[slot].power &* level.sign
                let factor = coefficient(slot, level.conductor)
                survey.need &+= size &* factor
                survey.floors &+= floor(slot, level) &* factor
                survey.perHeight &+= slots[slot].weight &* factor
                survey.largest = max(survey.largest, size)
            }
            slot += 1
        }
        return survey
    }

    private mutating func dropWhoDoesNotFit(_ level: Level, floors: Int64, _ ranking: inout Ranking) {
        var floors = floors
        ranking.sort()
        var position = slots.count - 1
        while position >= 0, floors > level.room {
            let last = ranking.slot(at: position)
            if last >= level.start, last < level.end, isMember(last, level), slots[last].floor > 0 {
                floors &-= floor(last, level) &* coefficient(last, level.conductor)
                slots[last].power = 0
                slots[last].wasCut = true
                slots[last].reason = level.reason
                if level.conductor != 4 { slots[last].reason.kind = .waitingForTurn }
            }
            position -= 1
        }
    }

    /// The greatest height, in whole milliwatts per weight, at which the members fit: one number, wherever the search begins.
    /// Newton steps inside a bracket are exact where nobody meets its floor or size in between. Past many floors and sizes
    /// close to each other they creep, so every fourth step halves the bracket, and the search always ends.
    private func height(of level: Level, _ survey: Survey) -> Int64 {
        var fitting: Int64 = 0
        // Even the lightest is not cut there.
        var tooHigh = survey.largest &+ 1
        var next = level.height > 0 ? level.height : level.room / survey.perHeight
        var attempts = 1
        while tooHigh - fitting > 1 {
            next = attempts % 4 == 0 ? fitting + (tooHigh - fitting) / 2 : min(max(next, fitting + 1), tooHigh - 1)
            let (sum, slope) = needed(level, at: next)
            let spare = level.room &- sum
            if spare >= 0 { fitting = next } else { tooHigh = next }
            if slope > 0 { next &+= (spare < 0 ? spare &- slope &+ 1 : spare) / slope }
            attempts += 1
        }
        return fitting
    }

    private func needed(_ level: Level, at height: Int64) -> (sum: Int64, slope: Int64) {
        var sum: Int64 = 0
        var slope: Int64 = 0
        var slot = level.start
        while slot < level.end {
            if isMember(slot, level) {
                let share = slots[slot].weight &* height
                let size = slots[slot].power &* level.sign
                let least = floor(slot, level)
                let factor = coefficient(slot, level.conductor)
                sum &+= factor &* (share < least ? least : (share > size ? size : share))
                if share >= least, share < size { slope &+= factor &* slots[slot].weight }
            }
            slot += 1
        }
        return (sum, slope)
    }

    /// - Parameter height: Negative takes everything.
    private mutating func apply(_ level: Level, height: Int64) -> Bool {
        var isChanged = false
        var slot = level.start
        while slot < level.end {
            if isMember(slot, level) {
                let size = slots[slot].power &* level.sign
                let share = height < 0 ? 0 : max(floor(slot, level), slots[slot].weight &* height)
                if share < size {
                    slots[slot].power = (share - share % slots[slot].step) &* level.sign
                    slots[slot].wasCut = true
                    slots[slot].reason = level.reason
                    isChanged = true
                }
            }
            slot += 1
        }
        return isChanged
    }
}
