# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The limitation scheme, the return after an order and the unbalance of phases, in a running gateway."""

import signal
from pathlib import Path

import pytest
from gateway import Gateway
from running import HTTPRefused, http_json, wait_until


def site(sluice, folder: Path, rules: str, evses: str, drawn: str = "40 kW") -> Gateway:
    text = f"""
site:
  name: Ruled
  timezone: Europe/London
  fuse: 63 A
  meter: {{ profile: sluice/simulated-meter, at: "simulated:" }}
agreement:
  import: {drawn}
  export: 10 kW
{rules}
evses:
{evses}
control: {{ ramp: 20 kW/s }}
api: {{ listen: "127.0.0.1:0" }}
journal: {{ file: "{folder / 'journal.sqlite'}" }}
"""
    return Gateway(sluice, folder / "site.yaml", text)


BIDI = '  - {{ id: {id}, charger: {{ profile: sluice/simulated-bidi-22, at: "simulated:" }} }}\n'


def why(gateway: Gateway, evse: int) -> str:
    return str(http_json("GET", f"{gateway.api}/api/why/{evse}"))


def test_a_limitation_scheme_waits_until_all_is_well_and_changes_only_with_the_code(sluice, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.write_text("4711\n", encoding="utf-8")
    rules = (
        "  limitation_scheme:\n"
        "    { import: 50 A, export: 16 A, sensor_rating: 100 A, good_for: 3 s,"
        f' installer_code_file: "{code}" }}\n'
    )
    gateway = site(sluice, tmp_path, rules, BIDI.format(id=1))
    gateway.wait_until_ready()
    wait_until(lambda: gateway.target_W(1) > 10_000, "the fail-safe ends once all is well", patience_s=60)
    limits = {"import": "20 A", "export": "16 A", "code": "wrong"}
    path = f"{gateway.api}/api/operator/limitation-scheme"
    with pytest.raises(HTTPRefused, match="code is wrong"):
        http_json("PUT", f"{path}/limits", limits)
    http_json("PUT", f"{path}/limits", limits | {"code": "4711"})
    # 20 A in each of three phases, less what the household draws.
    wait_until(lambda: 0 <= gateway.target_W(1) <= 13_800, "the new limit holds", patience_s=20)
    wait_until(lambda: "G100" in why(gateway, 1), "it is named", patience_s=20)
    with pytest.raises(HTTPRefused, match="sensor_rating"):
        http_json("PUT", f"{path}/limits", limits | {"import": "200 A", "code": "4711"})
    with pytest.raises(HTTPRefused, match="not locked out"):
        http_json("POST", f"{path}/reset", {"code": "4711"})


def test_power_returns_by_the_ramp_of_the_agreement(sluice, tmp_path: Path) -> None:
    rules = "  section_14a: {}\n  return: { per_minute: 10 % }\n"
    gateway = site(sluice, tmp_path, rules, BIDI.format(id=1))
    gateway.wait_until_ready()
    wait_until(lambda: gateway.target_W(1) > 15_000, "it charges", patience_s=90)
    reduction = f"{gateway.api}/api/operator/reduction"
    http_json("PUT", reduction, {"power": "4.2 kW"})
    wait_until(lambda: 0 <= gateway.target_W(1) <= 4_200, "the reduction is obeyed", patience_s=10)
    http_json("DELETE", reduction)
    # A tenth of 22 kW in a minute, whatever the ramp of the site's own control allows.
    wait_until(lambda: gateway.target_W(1) > 4_500, "it rises", patience_s=30)
    assert gateway.target_W(1) < 8_000
    assert "gradual release" in why(gateway, 1)


def test_chargers_on_one_phase_together_keep_the_unbalance(sluice, tmp_path: Path) -> None:
    one = (
        "  - {{ id: {id}, phases: L1, default: charge,"
        ' charger: {{ profile: sluice/simulated-bidi-22, at: "simulated:" }} }}\n'
    )
    gateway = site(sluice, tmp_path, "  unbalance: 4.6 kW\n", one.format(id=1) + one.format(id=2))
    gateway.wait_until_ready()
    wait_until(lambda: gateway.target_W(1) + gateway.target_W(2) > 3_000, "they charge", patience_s=90)
    for _ in range(20):
        assert gateway.target_W(1) + gateway.target_W(2) <= 4_600
    assert "unbalance" in why(gateway, 1) + why(gateway, 2)


@pytest.mark.parametrize(
    "rules",
    [
        '  timed: [{ from: "00:00", to: "24:00", import: 15 kW }]\n',
        "  flexible: { import: 10 kW, needs_permission: false, after_silence: hold }\n",
    ],
    ids=["a window wider than firm", "a flexible part on top of firm"],
)
def test_what_a_rule_grants_on_top_of_firm_is_used_and_no_more(sluice, tmp_path: Path, rules: str) -> None:
    gateway = site(sluice, tmp_path, rules, BIDI.format(id=1), drawn="5 kW")
    gateway.wait_until_ready()
    wait_until(lambda: gateway.target_W(1) > 8_000, "it charges with more than the firm 5 kW", patience_s=90)
    for _ in range(20):
        assert gateway.status()["connection_point"]["power_W"] <= 15_000


def test_a_reload_does_not_change_the_rules_of_the_agreement(sluice, tmp_path: Path) -> None:
    gateway = site(sluice, tmp_path, "  feed_in_cap: { installed_power: 10 kW }\n", BIDI.format(id=1))
    gateway.wait_until_ready()
    text = gateway.file.read_text(encoding="utf-8")
    gateway.file.write_text(text.replace("installed_power: 10 kW", "installed_power: 90 kW"), encoding="utf-8")
    gateway.running.process.send_signal(signal.SIGHUP)
    gateway.wait_for_words("the rules of the agreement changed")
    cap = next(each for each in gateway.status()["limits"] if "feed" in each["source"])
    assert cap["export_W"] == 6_000
