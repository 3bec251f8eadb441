// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Foundation

/// Finds firmware profiles by `vendor/family` in folders; the first folder that has one wins.
package struct ProfileLibrary: Sendable {
    package let folders: [String]
    /// Profiles given as text, before any folder; by id.
    private let texts: [String: String]

    package init(folders: [String], texts: [String: String] = [:]) {
        self.folders = folders
        self.texts = texts
    }

    /// Where profiles are looked for: what the environment names, next to the executable (installed or in a working
    /// copy), then where packages put them.
    /// - Parameters:
    ///   - searchPath: The value of `SLUICE_PROFILES`: folders with “:” between them.
    ///   - executable: The path of the running program.
    package static func standard(searchPath: String?, executable: String?) -> ProfileLibrary {
        ProfileLibrary(
            folders: DataFolders.present("Firmware-Profiles", searchPath: searchPath, executable: executable))
    }

    /// Lower-case `vendor/family`; nothing that could leave the folder.
    package static func isID(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                part.utf8.count <= 64 && part.first.map { $0.isASCII && ($0.isLetter || $0.isNumber) } == true
                    && part.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789.-".utf8.contains($0) }
            }
    }

    /// The ids of all profiles, sorted.
    package var ids: [String] {
        var ids = Set(texts.keys)
        for folder in folders {
            for vendor in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                for file in (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(vendor)")) ?? []
                where file.hasSuffix(".yaml") {
                    ids.insert("\(vendor)/\(file.dropLast(5))")
                }
            }
        }
        return ids.filter(Self.isID).sorted()
    }

    /// The file a profile is read from; nil when there is none.
    package func file(of id: String) -> String? {
        guard Self.isID(id) else { return nil }
        return folders.map { "\($0)/\(id).yaml" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// - Returns: nil when no folder has the profile; a profile with errors is a check with errors.
    package func check(_ id: String) -> ProfileCheck? {
        if let text = texts[id] { return ProfileReader.read(text: text, file: "\(id).yaml", expectedID: id) }
        return file(of: id).map { ProfileLibrary.checkFile($0, expectedID: id) }
    }

    /// Reads and checks one file wherever it lies.
    package static func checkFile(_ file: String, expectedID: String? = nil) -> ProfileCheck {
        do {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            return ProfileReader.read(text: text, file: file, expectedID: expectedID)
        } catch {
            let complaint = ConfigurationError(
                file: file, position: TextPosition(line: 1, column: 1), path: "",
                message: TextFile.complaint(error))
            return ProfileCheck(profile: nil, errors: [complaint], notices: [])
        }
    }

    /// Says that a profile is missing, with the names it may have been meant to be.
    package func missing(_ id: String) -> String {
        guard Self.isID(id) else {
            return "“\(id.shortened)” is not a profile's name; write vendor/family such as wallbox/quasar-1"
        }
        let known = ids
        let near = NearestName.candidates(for: id, among: known)
        if !near.isEmpty { return "no profile is called “\(id)”; did you mean \(near.joined(separator: ", "))?" }
        if known.isEmpty { return "no profile is called “\(id)”; no profiles found in \(folders.listed)" }
        return "no profile is called “\(id)”; there are \(known.listed)"
    }
}
