// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Checks the agreement against the fuse and what is kept free of it.
struct SiteConsistency {
    let site: Placed<SiteConfiguration.Site>
    let agreement: Placed<SiteConfiguration.Agreement>
    let connection: PlacedConnection

    func check() {
        checkFuse()
        checkCurrents()
        checkWindows()
        checkFlexible()
        checkReserve()
        checkFallback()
    }

    private func line(_ placed: MappingField, _ key: String) -> String {
        "“\(placed.path(of: key))” at line \(placed.position(of: key).line)"
    }

    /// What the fuse carries, on all three phases.
    private var most: Power { site.value.voltage * site.value.fuse * 3 }

    /// “contradicts “site.fuse” at line 4: 63 A on three phases of 230 V carry 43.47 kW, so 50 kW cannot be reached”
    private func contradiction(_ value: Power) -> String {
        "contradicts \(line(site.mapping, "fuse")): \(site.value.fuse) on three phases of \(site.value.voltage) "
            + "carry \(most), so \(value) cannot be reached"
    }

    private func checkFuse() {
        let firm = agreement.value.firm
        for (key, value) in firm.byKey where value > most { agreement.mapping[key]?.error(contradiction(value)) }
    }

    private func checkCurrents() {
        let (fuse, current) = (site.value.fuse, agreement.value.current)
        for (key, value) in [("import_current", current.upper), ("export_current", current.lower.magnitude)]
        where value > fuse {
            agreement.mapping[key]?.error("\(value) contradicts \(line(site.mapping, "fuse")), \(fuse)")
        }
    }

    private func checkWindows() {
        for window in connection.windows {
            for (key, value) in window.value.power.byKey {
                guard let field = window.mapping[key] else { continue }
                if value > most { field.error(contradiction(value)) } else { checkTogether(field, key, value) }
            }
        }
    }

    /// The calendar and the flexible capacity both bind, so that a window above the two parts would never be reached.
    private func checkTogether(_ field: Field, _ key: String, _ value: Power) {
        guard let flexible = connection.flexible, let most = agreement.value.ceiling.byKey[key], value > most else {
            return
        }
        field.error(
            "\(value) is above the firm and the flexible capacity together, \(most); beside “\(flexible.path)” at line "
                + "\(flexible.position.line) a window can only narrow")
    }

    private func checkFlexible() {
        guard let flexible = connection.flexible else { return }
        let firm = agreement.value.firm.byKey
        for (key, value) in agreement.value.ceiling.byKey where value > most && firm[key].map({ $0 <= most }) ?? true {
            flexible[key]?.error("together with \(line(agreement.mapping, key)) it " + contradiction(value))
        }
    }

    private func checkReserve() {
        let (reserve, most) = (site.value.reserve, agreement.value.ceiling.upper)
        guard reserve > most else { return }
        let place =
            most == agreement.value.firm.upper
            ? line(agreement.mapping, "import")
            : "the most that “agreement” at line \(agreement.mapping.position.line) grants"
        let what = "leaves nothing of \(place), \(most)"
        if let field = site.mapping["reserve"] {
            field.error("\(reserve) \(what)")
        } else {
            site.mapping.field.notice("the default “reserve” of \(reserve) \(what); give a smaller “reserve”")
        }
    }

    private func checkFallback() {
        guard let mapping = site.mapping["fallback"] else { return }
        let firm = agreement.value.firm.byKey
        for (key, value) in site.value.fallback.byKey {
            guard let most = firm[key], value > most else { continue }
            mapping[key]?.error("\(value) contradicts \(line(agreement.mapping, key)), \(most)")
        }
    }
}

extension PowerLimits {
    /// Both directions as they are written, without a sign.
    fileprivate var byKey: [String: Power] { ["import": upper, "export": lower.magnitude] }
}
