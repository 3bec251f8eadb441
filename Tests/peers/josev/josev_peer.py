# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Josev's car or station (the package iso15118), for scripts/interop-vehicles: says how its session ended in a line of JSON.

    josev_peer.py car CONFIG.json [scheduled|dynamic]
    josev_peer.py station

The rest comes from Josev's own environment variables. With JOSEV_CLASSES, a folder before its archive of Java classes.
"""

import asyncio
import json
import os
import sys

from iso15118.shared import exificient_exi_codec, notifications
from iso15118.shared.exificient_exi_codec import ExificientEXICodec

CONTROL_MODES = {"scheduled": 1, "dynamic": 2}


def say(**fields):
    print("PEER " + json.dumps(fields), flush=True)


def tell_ends():
    """Every session's end passes through a notification, whichever module sends it."""
    make = notifications.StopNotification.__init__

    def told(self, successful, reason, *rest, **named):
        say(event="ended", successful=bool(successful), reason=str(reason))
        make(self, successful, reason, *rest, **named)

    notifications.StopNotification.__init__ = told


def prefer_classes(folder):
    exificient_exi_codec.JAR_FILE_PATH = folder + os.pathsep + exificient_exi_codec.JAR_FILE_PATH


def in_mode(parameter_set, mode):
    return any(each.name == "ControlMode" and each.int_value == CONTROL_MODES[mode] for each in parameter_set.parameters)


async def drive_car(config_file, mode):
    from iso15118.evcc import Config, EVCCHandler
    from iso15118.evcc.controller.simulator import SimEVController
    from iso15118.evcc.evcc_config import load_from_file

    class Car(SimEVController):
        async def select_energy_service_v20(self, services):
            chosen = await super().select_energy_service_v20(services)
            fitting = [each for each in services[0].parameter_sets if in_mode(each, mode)] if mode else []
            if fitting:
                chosen.parameter_set = fitting[0]
            return chosen

    settings = Config()
    settings.load_envs()
    car = await load_from_file(config_file)
    say(event="started")
    await EVCCHandler(
        evcc_config=car, iface=settings.iface, exi_codec=ExificientEXICodec(), ev_controller=Car(car)).start()


async def run_station():
    from iso15118.secc import SECCHandler
    from iso15118.secc.controller.interface import ServiceStatus
    from iso15118.secc.controller.simulator import SimEVSEController
    from iso15118.secc.secc_settings import Config

    class Station(SimEVSEController):
        """Its simulation shows 1 V at all times, with which a car must not close its contactors."""

        async def send_charging_command(self, ev_target_voltage, *rest, **named):
            await super().send_charging_command(ev_target_voltage, *rest, **named)
            if ev_target_voltage:
                self.evse_data_context.present_voltage = float(ev_target_voltage)

        async def stop_charger(self):
            await super().stop_charger()
            self.evse_data_context.present_voltage = 1

    settings = Config()
    settings.load_envs()
    controller = Station()
    await controller.set_status(ServiceStatus.STARTING)
    say(event="started")
    await SECCHandler(
        exi_codec=ExificientEXICodec(), evse_controller=controller, config=settings).start(settings.iface)


def main():
    tell_ends()
    if os.environ.get("JOSEV_CLASSES"):
        prefer_classes(os.environ["JOSEV_CLASSES"])
    match sys.argv[1:]:
        case ["car", config_file, *mode]:
            asyncio.run(drive_car(config_file, mode[0] if mode else None))
        case ["station"]:
            asyncio.run(run_station())
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
