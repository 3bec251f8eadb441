# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Schedules end to end: a backend's profile becomes what a car may choose between, the car's choice comes back to the backend and
caps what it is told (OCPP 2.1, K15 to K18). Over the wire of `test_vehicle_link`; needs root for it."""

import time
from pathlib import Path

import pytest
from csms import CSMS, now
from gateway import Gateway
from ocpp_site import RFID, backend_yaml
from running import http_json, wait_until
from test_vehicle_link import Car, charging, inlet, limit, site, wire  # noqa: F401 (fixtures)

#: For each way to charge by schedule: what the backend hears of it, and whether it can be negotiated anew.
COURSES = [
    (["iso20-dc-bpt", "--mode", "scheduled"], "DC_BPT", True),
    (["iso20-dc", "--mode", "scheduled"], "DC", True),
    (["iso2-dc"], "DC", True),
    (["din"], "DC", False),
]


def schedule(number: int, *periods: tuple[int, float]) -> dict:
    return {
        "id": number, "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": start, "limit": limit} for start, limit in periods],
    }  # fmt: skip


def dear(number: int) -> dict:
    """Prices of two levels, for a long time the dearer."""
    return {
        "priceLevelSchedule": {
            "timeAnchor": now(), "priceScheduleId": number, "numberOfPriceLevels": 2,
            "priceLevelScheduleEntries": [{"duration": 172_800, "priceLevel": 2}],
        }
    }  # fmt: skip


def tx_profile(transaction: str, *schedules: dict) -> dict:
    return {
        "evseId": 1,
        "chargingProfile": {
            "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxProfile", "chargingProfileKind": "Relative",
            "transactionId": transaction, "chargingSchedule": list(schedules),
        },
    }  # fmt: skip


def offered(driving: Car) -> list[list[dict]]:
    return [step["schedules"] for step in driving.steps if step["step"] == "offered"]


def powers(tuple_: dict) -> list[float]:
    return [period["highest_W"] for period in tuple_["periods"]]


def near(values: list[float], wanted: list[float]) -> bool:
    return len(values) == len(wanted) and all(abs(a - b) <= 2 for a, b in zip(values, wanted, strict=True))


@pytest.mark.parametrize(("arguments", "transfer", "negotiates"), COURSES)
def test_a_backends_schedules_reach_the_car_and_its_choice_comes_back(
    sluice, tmp_path: Path, wire, car, arguments, transfer, negotiates  # noqa: F811
):
    with CSMS() as csms:
        more = f"journal: {{ file: {tmp_path}/journal.sqlite }}\nbackends:\n{backend_yaml(csms)}"
        made = Gateway(sluice, tmp_path / "site.yaml", site(wire, more=more))
        made.wait_until_ready()
        made.wait_for_words("cars are listened to")
        wait_until(lambda: made.status()["backends"][0]["state"] == "accepted", "the station is accepted", 60)
        driving = car(*arguments, "--schedule", "2")
        wait_until(lambda: made.evse(1)["vehicle"]["state"] == "waiting for authorisation", "the car waits", 40)
        http_json("POST", f"{made.api}/api/evses/1/token", {"token": RFID})
        needs = csms.wait_for("NotifyEVChargingNeeds")
        assert needs["chargingNeeds"]["requestedEnergyTransfer"] == transfer
        time.sleep(1)
        # The backend has promised a profile, so the car is told to wait.
        assert made.evse(1)["vehicle"]["state"] == "agreeing on limits"

        transaction = wait_until(csms.transactions, "a transaction has begun", 20).copy().popitem()[0]
        profile = tx_profile(
            transaction, schedule(11, (0, 9_000)), schedule(12, (0, 4_000), (3_600, 8_000), (7_200, 0)) | dear(12))
        assert csms.call("SetChargingProfile", profile)["status"] == "Accepted"
        wait_until(lambda: charging(made), "the car charges", 40)
        first, second = offered(driving)[-1]
        assert near(powers(first), [inlet(9_000)])
        assert near(powers(second), [inlet(4_000), inlet(8_000), 0])
        if arguments[0].startswith("iso20"):
            # K18: the backend's prices go to the car with the schedule that has them.
            assert [period["price_level"] for period in second["periods"]] == [2, 2, 2]

        # K15.FR.10, K17.FR.10, K18.FR.10: what the car will do, at the grid's side again, within the schedule it chose.
        told = csms.wait_for("NotifyEVChargingSchedule")
        assert told["selectedChargingScheduleId"] == 12
        limits = [period["limit"] for period in told["chargingSchedule"]["chargingSchedulePeriod"]]
        assert near(limits, [4_000, 8_000, 0])
        wait_until(lambda: abs(made.evse(1)["power_W"] - 4_000) < 100, "it takes what it may", 30)
        composite = csms.call("GetCompositeSchedule", {"evseId": 1, "duration": 7_000})["schedule"]
        limits = [period["limit"] for period in composite["chargingSchedulePeriod"]]
        assert near(limits, [4_000, 8_000])

        if negotiates:
            # K16: another profile is negotiated under way, without a break.
            other = tx_profile(transaction, schedule(21, (0, 5_000)), schedule(22, (0, 3_000)))
            assert csms.call("SetChargingProfile", other)["status"] == "Accepted"
            again = csms.wait_for("NotifyEVChargingSchedule", lambda each: each["selectedChargingScheduleId"] == 22)
            assert near([again["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"]], [3_000])
            wait_until(lambda: abs(made.evse(1)["power_W"] - 3_000) < 100, "it takes less", 30)
            assert charging(made)
            # The backend knew what the car needs (K16.FR.09).
            assert len(csms.of("NotifyEVChargingNeeds")) == 1
        assert driving.stop() == 0
        assert csms.faults == []


def test_a_car_that_is_led_says_what_it_will_do_too(sluice, tmp_path: Path, wire, car):  # noqa: F811
    with CSMS(NotifyEVChargingNeeds={"status": "NoChargingProfile"}) as csms:
        more = f"journal: {{ file: {tmp_path}/journal.sqlite }}\nbackends:\n{backend_yaml(csms)}"
        made = Gateway(sluice, tmp_path / "site.yaml", site(wire, more=more))
        made.wait_until_ready()
        made.wait_for_words("cars are listened to")
        wait_until(lambda: made.status()["backends"][0]["state"] == "accepted", "the station is accepted", 60)
        driving = car("iso20-dc-bpt")
        wait_until(lambda: made.evse(1)["vehicle"]["state"] == "waiting for authorisation", "the car waits", 40)
        http_json("POST", f"{made.api}/api/evses/1/token", {"token": RFID})
        wait_until(lambda: charging(made), "the car charges", 40)
        needs = csms.wait_for("NotifyEVChargingNeeds")
        assert needs["chargingNeeds"]["controlMode"] == "DynamicControl"
        # K19.FR.10: not the car's own fastest way, but how it will be led.
        assert csms.wait_for("NotifyEVChargingSchedule")["evseId"] == 1
        assert offered(driving) == []
        assert driving.stop() == 0
        assert csms.faults == []


def test_without_a_backend_a_car_is_offered_what_the_connection_leaves(sluice, tmp_path: Path, wire, car):  # noqa: F811
    made = Gateway(sluice, tmp_path / "site.yaml", site(wire))
    made.wait_until_ready()
    made.wait_for_words("cars are listened to")
    limit(made, "import", "6 kW")
    # The meter has to have been heard for the household's 500 W.
    time.sleep(3)
    driving = car("iso20-dc", "--mode", "scheduled")
    wait_until(lambda: charging(made), "the car charges", 40)
    (only,) = offered(driving)[-1]
    assert near(powers(only), [inlet(5_500)]), powers(only)
    http_json("DELETE", f"{made.api}/api/limits/import")
    # No more than once a minute.
    wait_until(lambda: len(offered(driving)) > 1, "the car hears that there is more", 90)
    assert powers(offered(driving)[-1][0])[0] > inlet(15_000)
    assert charging(made)
    assert driving.stop() == 0
