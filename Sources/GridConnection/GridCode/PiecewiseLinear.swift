// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A curve through up to eight points, constant before the first and after the last. What the axes mean is the owner's
/// business; both are whole numbers below 10⁹.
package struct PiecewiseLinear: Sendable, BitwiseCopyable {
    package struct Point: Equatable, Sendable, BitwiseCopyable {
        package var x: Int64
        package var y: Int64
        @_noLocks package init(x: Int64, y: Int64) {
            self.x = x
            self.y = y
        }
    }
    package static var capacity: Int { 8 }

    private var points: InlineArray<8, Point> = InlineArray(repeating: Point(x: 0, y: 0))
    package private(set) var count = 0

    /// - Parameter points: Ascending in x. What is beyond the capacity or the range is cut off, a point that does not
    ///   ascend makes a step; a reader of configuration refuses both.
    package init(_ points: [Point] = []) {
        for point in points.prefix(Self.capacity) {
            self.points[count] = Point(x: Self.bounded(point.x), y: Self.bounded(point.y))
            count += 1
        }
    }

    private static func bounded(_ value: Int64) -> Int64 { min(max(value, -1_000_000_000), 1_000_000_000) }

    @_noLocks package subscript(position: Int) -> Point { points[position] }

    /// - Returns: Rounded to the nearest; zero for a curve without points.
    @_noLocks package func value(at x: Int64) -> Int64 {
        guard count > 0 else { return 0 }
        guard x > points[0].x else { return points[0].y }
        var index = 1
        while index < count {
            let upper = points[index]
            if x < upper.x { return Self.between(points[index - 1], upper, at: x) }
            index += 1
        }
        return points[count - 1].y
    }

    @_noLocks package func value(at x: PerUnit) -> PerUnit { PerUnit(millionths: value(at: x.millionths)) }

    @_noLocks private static func between(_ lower: Point, _ upper: Point, at x: Int64) -> Int64 {
        let width = upper.x - lower.x
        guard width > 0 else { return upper.y }
        return lower.y + ((upper.y - lower.y) * (x - lower.x)).dividedRounding(by: width)
    }
}

extension PiecewiseLinear: Equatable {
    @_noLocks package static func == (lhs: PiecewiseLinear, rhs: PiecewiseLinear) -> Bool {
        guard lhs.count == rhs.count else { return false }
        var index = 0
        while index < lhs.count {
            guard lhs.points[index].x == rhs.points[index].x, lhs.points[index].y == rhs.points[index].y else {
                return false
            }
            index += 1
        }
        return true
    }
}
