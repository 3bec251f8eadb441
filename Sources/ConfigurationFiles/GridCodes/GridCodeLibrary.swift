// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation

/// Finds grid codes by name in folders; the first folder that has one wins.
package struct GridCodeLibrary: Sendable {
    package let folders: [String]

    package init(folders: [String]) { self.folders = folders }

    /// - Parameters:
    ///   - searchPath: The value of `SLUICE_GRID_CODES`: folders with “:” between them.
    ///   - executable: The path of the running program.
    package static func standard(searchPath: String?, executable: String?) -> GridCodeLibrary {
        GridCodeLibrary(folders: DataFolders.present("Grid-Codes", searchPath: searchPath, executable: executable))
    }

    /// Lower-case `name-edition`; nothing that could leave the folder.
    package static func isID(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.first.map { $0.isASCII && ($0.isLetter || $0.isNumber) } == true
            && text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789.-".utf8.contains($0) }
    }

    /// The names of all codes, sorted.
    package var ids: [String] {
        var ids: Set<String> = []
        for folder in folders {
            for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            where file.hasSuffix(".yaml") {
                ids.insert(String(file.dropLast(5)))
            }
        }
        return ids.filter(Self.isID).sorted()
    }

    /// The file a code is read from; nil when there is none.
    package func file(of id: String) -> String? {
        guard Self.isID(id) else { return nil }
        return folders.map { "\($0)/\(id).yaml" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// - Returns: nil when no folder has the code; a code with errors is a check with errors.
    package func check(_ id: String) -> GridCodeCheck? {
        file(of: id).map { GridCodeLibrary.checkFile($0, expectedID: id) }
    }

    /// Reads and checks one file wherever it lies.
    package static func checkFile(_ file: String, expectedID: String? = nil) -> GridCodeCheck {
        do {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            return GridCodeReader.read(text: text, file: file, expectedID: expectedID)
        } catch {
            let complaint = ConfigurationError(
                file: file, position: TextPosition(line: 1, column: 1), path: "",
                message: "cannot be read as UTF-8 text: \(error.localizedDescription)")
            return GridCodeCheck(code: nil, errors: [complaint], notices: [])
        }
    }

    /// Says that a code is missing, with the names it may have been meant to be.
    package func missing(_ id: String) -> String {
        let known = ids
        let near = NearestName.candidates(for: id, among: known)
        if !near.isEmpty {
            return "no grid code is called “\(id.shortened)”; did you mean \(near.joined(separator: ", "))?"
        }
        if known.isEmpty { return "no grid code is called “\(id.shortened)”; none found in \(folders.listed)" }
        return "no grid code is called “\(id.shortened)”; there are \(known.listed)"
    }
}
