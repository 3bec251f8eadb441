// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing

@testable import LocalAPI

struct QRCodeTests {
    /// Read by an independent decoder (ZBar 0.23.92), as were codes of 1 to 2331 bytes in ten versions.
    private static let sluice = """
        #######.#####.#######
        #.....#.#.#.#.#.....#
        #.###.#.#.##..#.###.#
        #.###.#...##..#.###.#
        #.###.#.##..#.#.###.#
        #.....#....##.#.....#
        #######.#.#.#.#######
        .........#.##........
        #..#######..##..#.###
        ##.....##.#.#.#.##...
        ..#..##......##.#####
        .###...###.#......###
        .####.#.###...#....##
        ........#..##....##.#
        #######.##..#######..
        #.....#.######.####..
        #.###.#.##.##.#..#.##
        #.###.#.#.###....#...
        #.###.#..#....#.#.###
        #.....#...#..########
        #######.#..#...##....
        """

    @Test func `a code is what an independent decoder has read`() throws {
        let code = try #require(QRCode(Array("Sluice".utf8)))
        let rows = (0..<code.size).map { y in String((0..<code.size).map { code[$0, y] ? "#" : "." }) }
        #expect(rows.joined(separator: "\n") == Self.sluice)
    }

    /// ISO/IEC 18004, table 7: bytes at level M.
    @Test(arguments: [(1, 14), (2, 26), (6, 106), (7, 122), (9, 180), (10, 213), (26, 1_059), (40, 2_331)])
    func `a version holds what the standard says`(number: Int, most: Int) throws {
        let capacity = QRCodeCapacity(number: number)
        #expect(capacity.mostBytes == most)
        #expect(QRCodeCapacity.smallest(for: most) == capacity)
        #expect(QRCode(Array(repeating: 65, count: most))?.size == capacity.size)
    }

    @Test func `more than the largest code holds is left to be text`() {
        #expect(QRCode(Array(repeating: 65, count: 2_332)) == nil)
        #expect(DriverDisplay.Code(String(repeating: "A", count: 2_332)) == nil)
    }

    /// ISO/IEC 18004, annex E.
    @Test(arguments: [
        (1, []), (2, [6, 18]), (7, [6, 22, 38]), (14, [6, 26, 46, 66]), (32, [6, 34, 60, 86, 112, 138]),
        (40, [6, 30, 58, 86, 114, 142, 170]),
    ])
    func `alignment patterns are where readers look for them`(number: Int, places: [Int]) {
        #expect(QRCodeCapacity(number: number).alignment == places)
    }

    @Test func `the drawing covers exactly the dark modules`() throws {
        let code = try #require(QRCode(Array("https://pay.example/1".utf8)))
        let runs = code.path.matches(of: /M(\d+) (\d+)h(\d+)v1h-(\d+)z/)
        let covered = runs.compactMap { Int($0.output.3) }.reduce(0, +)
        let dark = (0..<code.size).map { y in (0..<code.size).count { code[$0, y] } }.reduce(0, +)
        #expect(covered == dark)
        #expect(runs.allSatisfy { $0.output.3 == $0.output.4 })
    }
}
