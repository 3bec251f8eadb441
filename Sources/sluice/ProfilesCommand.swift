// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Chargers
import ConfigurationFiles
import Foundation

struct ProfilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles", abstract: "List, show and check firmware profiles.",
        subcommands: [List.self, Show.self, Check.self])

    struct List: ParsableCommand {
        func run() throws {
            let library = ProfileLibrary.here()
            for id in library.ids {
                let title = library.check(id)?.profile?.title ?? "(has errors: sluice profiles check \(id))"
                print(id.padding(toLength: max(28, id.count + 1), withPad: " ", startingAt: 0) + title)
            }
        }
    }

    struct Show: ParsableCommand {
        @Argument(help: "vendor/family") var id: String
        func run() throws {
            let library = ProfileLibrary.here()
            guard let file = library.file(of: id), let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                say("sluice: \(library.missing(id))")
                throw ExitCode.configuration
            }
            print("# \(file)")
            print(text)
        }
    }

    struct Check: ParsableCommand {
        @Argument(help: "vendor/family, or a file.") var profile: String
        func run() throws {
            let library = ProfileLibrary.here()
            let isFile = profile.hasSuffix(".yaml")
            guard let check = isFile ? ProfileLibrary.checkFile(profile) : library.check(profile) else {
                say("sluice: \(library.missing(profile))")
                throw ExitCode.configuration
            }
            for notice in check.notices { say("notice: \(notice)") }
            for error in check.errors { say("\(error)") }
            guard let found = check.profile, check.errors.isEmpty else { throw ExitCode.configuration }
            print("\(found.id): good: \(found.title), \(found.points.count) points")
        }
    }
}
