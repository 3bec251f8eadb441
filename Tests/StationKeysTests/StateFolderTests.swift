// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import Testing

@testable import StationKeys

@Suite struct StateFolderTests {
    @Test func `what is written is there, for us alone, and nothing else is left behind`() throws {
        let place = try TestFolder()
        let folder = try StateFolder(place.path + "/state")
        try folder.write([1, 2, 3], to: "a")
        try folder.write([4], to: "a")
        #expect(try folder.read("a") == [4])
        #expect(try folder.read("b") == nil)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("a"))
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        let parent = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect((parent[.posixPermissions] as? Int) == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a"])
    }

    @Test func `half a file from before a power failure neither shows nor stands in the way`() throws {
        let place = try TestFolder()
        let folder = try StateFolder(place.path)
        try folder.write([1], to: "a")
        _ = try place.write("ha", to: ".a.new")
        #expect(try folder.names() == ["a"] && folder.read("a") == [1])
        try folder.write([2], to: "a")
        #expect(try folder.read("a") == [2])
    }

    @Test func `removing twice is no fault, a folder that cannot be made is`() throws {
        let place = try TestFolder()
        let folder = try StateFolder(place.path)
        try folder.write([1], to: "a")
        try folder.remove("a")
        try folder.remove("a")
        #expect(try folder.names().isEmpty)
        #expect(throws: KeyFault.self) { try StateFolder(place.path + "/missing/deeper") }
    }

    @Test func `a file that is too long to be ours is not read`() throws {
        let place = try TestFolder()
        let folder = try StateFolder(place.path)
        try folder.write([UInt8](repeating: 0, count: StateFolder.longest + 1), to: "a")
        #expect(
            throws: KeyFault.tooLong(what: folder.file("a"), bytes: StateFolder.longest + 1, most: StateFolder.longest)
        ) {
            try folder.read("a")
        }
    }
}
