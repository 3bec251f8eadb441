// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation

/// Where data that comes with the program lies: what the environment names, next to the executable (installed or in a
/// working copy), then where packages put it.
enum DataFolders {
    static let installed = "/usr/share/sluice"

    /// - Parameters:
    ///   - name: Of the folder, `Firmware-Profiles`.
    ///   - searchPath: Folders with “:” between them.
    ///   - executable: The path of the running program.
    /// - Returns: Those that exist, the first to be searched first.
    static func present(_ name: String, searchPath: String?, executable: String?) -> [String] {
        var folders = searchPath?.split(separator: ":").map(String.init) ?? []
        if let executable {
            var folder = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
            folders.append(folder.appendingPathComponent("../share/sluice/\(name)").standardized.path)
            // `.build/x86_64-unknown-linux-gnu/debug/sluice` lies four levels below the working copy.
            for _ in 0..<5 {
                folders.append(folder.appendingPathComponent(name).path)
                folder.deleteLastPathComponent()
            }
        }
        folders.append("\(installed)/\(name)")
        var isDirectory: ObjCBool = false
        return folders.filter {
            FileManager.default.fileExists(atPath: $0, isDirectory: &isDirectory) && isDirectory.boolValue
        }
    }
}
