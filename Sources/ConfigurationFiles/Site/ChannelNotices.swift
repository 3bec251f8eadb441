// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Says of each rule that waits for somebody how it can be spoken to, and what holds until then. The protocols in which
/// operators speak are not there yet, so a rule may be configured that nobody ever reaches.
struct ChannelNotices {
    let mapping: MappingField
    let connection: ConnectionSettings
    let modbus: SiteConfiguration.ModbusServer?

    func say() {
        if let settings = connection.consumption {
            note(
                "consumption_limit", "EEBUS is not spoken yet", "/api/operator/import/…", registers: 200,
                waiting(settings))
        }
        if let settings = connection.production {
            note(
                "production_limit", "EEBUS is not spoken yet", "/api/operator/export/…", registers: 300,
                waiting(settings))
        }
        if connection.section14a != nil {
            note(
                "section_14a", "EEBUS is not spoken yet", "/api/operator/reduction", registers: 400,
                "nothing is reduced")
        }
        if connection.relay != nil {
            note(
                "relays", "inputs of this machine are not read yet", "/api/operator/relays/…", registers: 420,
                "a wired contact that nobody reports counts as closed")
        }
        if let settings = connection.flexible {
            note(
                "flexible", "OpenADR is not spoken yet", "/api/operator/flexible/…", registers: nil,
                settings.needsPermission || settings.afterSilence == .firmOnly
                    ? "the firm capacity alone holds" : "the flexible part may be used")
        }
        if connection.envelope != nil {
            note(
                "operating_envelope", "IEEE 2030.5 is not spoken yet", "/api/operator/envelope/…", registers: nil,
                "its default holds")
        }
    }

    private func waiting(_ settings: LimitationSettings) -> String {
        settings.isPaired ? "the failsafe of \(settings.failsafeLimit) holds" : "nothing is limited"
    }

    private func note(_ key: String, _ absent: String, _ route: String, registers: Int?, _ until: String) {
        guard let field = mapping[key] else { return }
        var channels = "the local API (\(route))"
        if let registers, let modbus, modbus.may.contains(.limit) { channels += " and Modbus (from \(registers) on)" }
        field.notice("orders come over \(channels); \(absent). Until somebody speaks there, \(until)")
    }
}
