// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One scarce thing: who shares it, in which direction, and how much there is.
struct Level: Sendable, BitwiseCopyable {
    var start: Int
    var end: Int
    /// Lane of `Draw`, or 4 for the site's setpoint.
    var conductor: Int
    /// 1 lowers what is drawn, -1 what is delivered.
    var sign: Int64
    var room: Int64
    var reason: Reason

    @_noLocks init(start: Int, end: Int, conductor: Int, sign: Int64, room: Int64, reason: Reason) {
        self.start = start
        self.end = end
        self.conductor = conductor
        self.sign = sign
        self.room = room
        self.reason = reason
    }
}

extension Sharing {
    /// Lowers the magnitudes of the level's members to a common height, in proportion to their weights, so that they fit
    /// the room. Nobody goes below its floor; if even the floors do not fit, those ranked last get nothing.
    /// - Returns: Whether a power was lowered.
    @_noLocks mutating func lower(_ level: Level, _ ranking: inout Ranking) -> Bool {
        guard level.room > 0 else { return apply(level, height: -1) }
        let isChanged = dropWhoDoesNotFit(level, &ranking)
        guard need(level) > level.room else { return isChanged }
        return apply(level, height: height(of: level)) || isChanged
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
        conductor == 4 ? slots[slot].siteShare : slots[slot].perMilliwatt[conductor]
    }

    @inline(__always)
    private func isMember(_ slot: Int, _ level: Level) -> Bool {
        slots[slot].power &* level.sign > 0 && coefficient(slot, level.conductor) > 0
    }

    @inline(__always)
    private func floor(_ slot: Int, _ level: Level) -> Int64 { min(slots[slot].floor, slots[slot].power &* level.sign) }

    private mutating func dropWhoDoesNotFit(_ level: Level, _ ranking: inout Ranking) -> Bool {
        var floors: Int64 = 0
        var slot = level.start
        while slot < level.end {
            if isMember(slot, level) { floors &+= floor(slot, level) &* coefficient(slot, level.conductor) }
            slot += 1
        }
        guard floors > level.room else { return false }
        ranking.sort()
        var position = slots.count - 1
        while position >= 0, floors > level.room {
            let last = ranking.slot(at: position)
            if last >= level.start, last < level.end, isMember(last, level), slots[last].floor > 0 {
                floors &-= floor(last, level) &* coefficient(last, level.conductor)
                slots[last].power = 0
                slots[last].wasCut = true
                slots[last].reason = level.reason
                if level.conductor < 4 { slots[last].reason.kind = .waitingForTurn }
            }
            position -= 1
        }
        return true
    }

    /// The greatest height, in 1/1024 mW per weight, at which the members fit, to within a few milliwatts each: Newton
    /// steps inside a bracket. Past many floors and sizes close to each other they creep, so every fourth step halves
    /// the bracket, and the search always ends.
    private func height(of level: Level) -> Int64 {
        var fitting: Int64 = 0
        var tooHigh = ceiling(of: level)
        var next = tooHigh / 2
        var attempts = 1
        while tooHigh - fitting > 1 {
            let (sum, slope) = needed(level, at: next)
            let spare = level.room &- sum
            if spare >= 0 { fitting = next } else { tooHigh = next }
            if spare >= 0, spare < max(600, slope) { break }
            next = newton(from: next, spare, slope)
            attempts += 1
            if next <= fitting || next >= tooHigh || attempts % 4 == 0 { next = fitting + (tooHigh - fitting) / 2 }
        }
        return fitting
    }

    /// Where the tangent meets the room; a little below it when coming from above, so that the search lands on what fits.
    private func newton(from height: Int64, _ spare: Int64, _ slope: Int64) -> Int64 {
        guard slope > 0 else { return height }
        let step = spare / slope &* 1_024 &+ spare % slope &* 1_024 / slope
        return spare < 0 ? height &+ step &- 1 : height &+ step
    }

    private func ceiling(of level: Level) -> Int64 {
        var height: Int64 = 1
        var slot = level.start
        while slot < level.end {
            if isMember(slot, level) {
                height = max(height, (slots[slot].power &* level.sign &* 1_024) / slots[slot].weight &+ 1_024)
            }
            slot += 1
        }
        return height
    }

    private func needed(_ level: Level, at height: Int64) -> (sum: Int64, slope: Int64) {
        var sum: Int64 = 0
        var slope: Int64 = 0
        var slot = level.start
        while slot < level.end {
            if isMember(slot, level) {
                let share = slots[slot].weight &* height >> 10
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
                let share = height < 0 ? 0 : max(floor(slot, level), slots[slot].weight &* height >> 10)
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
