// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Variables of codes that lead a driver to a page where they pay (OCPP 2.1 part 2, referenced components, 2.4.2), on a station
/// with a display.
enum WebPaymentVariables {
    static let component = "WebPaymentsCtrlr"
    static let enabled = VariableKey(component, "Enabled")
    static let template = VariableKey(component, "URLTemplate")
    static let version = VariableKey(component, "TOTPVersion")
    static let validity = VariableKey(component, "ValidityTime")
    static let secret = VariableKey(component, "SharedSecret")
    static let length = VariableKey(component, "Length")

    static func roamingID(_ evse: Int) -> VariableKey { VariableKey(component, "RoamingEvseId", evse: evse) }

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        guard !setup.displayLanguages.isEmpty else { return [] }
        return [
            VariableDefinition(enabled, .boolean, .readWrite, standard: "false"),
            VariableDefinition(template, .string(longest: 512), .readWrite, standard: ""),
            VariableDefinition(version, .option(["v1"]), .readWrite, standard: "v1"),
            VariableDefinition(validity, .integer(6...3_600), unit: "s", .readWrite, standard: "60"),
            // Without one that the backend knows there is no code.
            VariableDefinition(secret, .string(longest: 128), .writeOnly, standard: nil),
            VariableDefinition(length, .integer(6...64), .readWrite, standard: "8"),
            VariableDefinition(
                VariableKey(component, "QRCodeQuality"), .option(["Medium"]), .readOnly, standard: "Medium"),
        ]
            + setup.evses.map {
                VariableDefinition(roamingID($0.id), .string(longest: 48), .readWrite, standard: "")
            }
    }

    /// C25.FR.50.
    static func refusal(of value: String, for key: VariableKey) -> StatusInfoType? {
        let isFine =
            switch key {
            case template: value.isEmpty || isTemplate(value)
            case secret: value.unicodeScalars.count >= 8
            case _: true
            }
        return isFine ? nil : StatusInfoType(reasonCode: "InvalidValue")
    }

    private static func isTemplate(_ value: String) -> Bool {
        let lower = value.lowercased()
        return (lower.hasPrefix("https://") || lower.hasPrefix("http://"))
            && value.contains("{totp}") && value.contains("{version}")
            && (value.contains("{chargingstationid}") || value.contains("{roamingevseid}"))
    }
}

/// What a payment code is made of; the host adds the password, for which it has the mathematics.
package struct WebPayment: Equatable, Sendable {
    /// In which `{totp}` is left to be filled in.
    package var template: String
    package var secret: String
    /// In seconds.
    package var validity: Int
    package var length: Int

    package func url(_ password: String) -> String { template.replacing("{totp}", with: password) }
}

extension Station {
    /// C25.FR.01: while somebody could begin to charge there. The display takes no input, so the address says of no limit.
    func webPayment(_ index: Int, _ state: DriverView.State) -> WebPayment? {
        guard variables.flag(WebPaymentVariables.enabled), setup.role == .inCharge, isOnline,
            state == .available || state == .awaitingAuthorization,
            let template = variables.text(WebPaymentVariables.template), !template.isEmpty,
            let secret = variables.text(WebPaymentVariables.secret), !secret.isEmpty,
            let validity = variables.integer(WebPaymentVariables.validity),
            let length = variables.integer(WebPaymentVariables.length)
        else { return nil }
        return WebPayment(template: filled(template, index), secret: secret, validity: validity, length: length)
    }

    /// C25.FR.51, C25.FR.52, C25.FR.53.
    private func filled(_ template: String, _ index: Int) -> String {
        let evse = evses[index].id
        let values = [
            "{chargingstationid}": variables.text(NetworkVariables.stationIdentity), "{evse}": String(evse),
            "{roamingevseid}": variables.text(WebPaymentVariables.roamingID(evse)),
            "{version}": variables.text(WebPaymentVariables.version),
        ]
        return values.reduce(template) { $0.replacing($1.key, with: percentEncoded($1.value ?? "")) }
    }

    /// All but what stays as it is in every part of an address (RFC 3986, 2.3).
    private func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            let isPlain =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || "-._~".unicodeScalars.contains(scalar)
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(scalar) : "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
}
