// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP21

/// A profile as it is kept: the request that set it, with what the station has added as custom data.
struct KeptProfile {
    var installed: InstalledProfile
    var message: ChargingProfileType

    private static let vendor = "sluice"

    init(_ installed: InstalledProfile, _ message: ChargingProfileType) {
        self.installed = installed
        self.message = message
    }

    var bytes: [UInt8] {
        var request = SetChargingProfileRequest(evseId: installed.evse, chargingProfile: message)
        var members = [JSON.Member("installedAt", .number(String(installed.installedAt)))]
        if installed.isBurnt { members.append(JSON.Member("isBurnt", .boolean(true))) }
        if installed.selected != 0 {
            members.append(JSON.Member("selected", .number(String(installed.selected))))
        }
        for (evse, delays) in installed.delays.sorted(by: { $0.key < $1.key }) {
            members.append(
                JSON.Member("delays/\(evse)", .array(delays.map { .number(String($0)) })))
        }
        request.customData = CustomDataType(vendorId: Self.vendor, others: members)
        var writer = PayloadWriter()
        request.write(to: &writer)
        return writer.bytes
    }

    init?(_ bytes: [UInt8]) {
        var reader = PayloadReader(bytes, version: .v21)
        guard let request = try? SetChargingProfileRequest(from: &reader), let added = request.customData,
            added.vendorId == Self.vendor, let installedAt = added.number("installedAt")
        else { return nil }
        message = request.chargingProfile
        installed = InstalledProfile(ChargingProfile(message), on: request.evseId, at: Int64(installedAt))
        installed.isBurnt = added.others.contains { $0.key == "isBurnt" }
        installed.selected = added.number("selected") ?? 0
        for member in added.others where member.key.hasPrefix("delays/") {
            guard let evse = Int(member.key.dropFirst("delays/".count)), case .array(let items) = member.value else {
                continue
            }
            installed.delays[evse] = items.compactMap(\.integer)
        }
    }
}

extension CustomDataType {
    fileprivate func number(_ name: String) -> Int? { others.first { $0.key == name }?.value.integer }
}

extension JSON {
    fileprivate var integer: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }
}
