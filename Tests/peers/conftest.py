# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Fixtures for tests in which an independent implementation speaks to the built program."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import Running
from vehicle_wire import Car

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def sluice_binary() -> Path:
    """The program under test: $SLUICE_BINARY, or what `swift build` made. Absent, tests fail; they never skip."""
    binary = Path(os.environ.get("SLUICE_BINARY", PROJECT / ".build" / "debug" / "sluice"))
    if not os.access(binary, os.X_OK):
        pytest.fail(f"{binary} is no program. Build it with `swift build`, or set SLUICE_BINARY.", pytrace=False)
    return binary.resolve()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts any program in an empty folder; it is ended when the test ends, the last started first."""
    started: list[Running] = []

    def start_one(*command: object, **options: object) -> Running:
        running = Running([str(part) for part in command], cwd=tmp_path, **options)
        started.append(running)
        return running

    yield start_one
    failures = []
    for running in reversed(started):
        try:
            running.end()
        except AssertionError as failure:
            failures.append(str(failure))
    assert not failures, "\n".join(failures)


@pytest.fixture
def sluice(start: Callable[..., Running], sluice_binary: Path) -> Callable[..., Running]:
    """Starts `sluice` with arguments: `sluice("demo", "--listen", "127.0.0.1:0").get("/healthz")`."""
    return lambda *arguments, **options: start(sluice_binary, *arguments, **options)


@pytest.fixture
def bench_charger(sluice: Callable[..., Running]) -> Callable[..., Running]:
    """A simulated charger of a profile, on a free TCP port or, with `listen="pty"`, on a terminal of its own."""

    def start_charger(profile: str, listen: str = "127.0.0.1:0", *arguments: object) -> Running:
        return sluice("bench", "charger", "--profile", profile, "--listen", listen, *arguments)

    return start_charger


@pytest.fixture
def car(start, sluice_binary: Path, tmp_path: Path, wire) -> Iterator[Callable[..., Car]]:
    """Makes cars of the bench at the other end of the test's `wire`; what is left of them ends with the test."""
    cars: list[Car] = []

    def make(*arguments: object) -> Car:
        cars.append(Car(start, sluice_binary, tmp_path, wire, *arguments))
        return cars[-1]

    yield make
    for each in cars:
        each.stop()
