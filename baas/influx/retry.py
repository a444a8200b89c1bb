"""Trying again what may pass, with longer and longer waits."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import TypeVar

from baas.influx import faults
from baas.influx.config import InfluxConfig
from baas.influx.faults import PassingError, TooLargeError

Answer = TypeVar("Answer")

#: longest single wait [s]; chosen: a server restart takes less
_LONGEST_WAIT_S = 30.0


def wait_s(config: InfluxConfig, failures: int) -> float:
    """Wait before the next try after so many failures in a row [s], doubling."""
    return min(config.retry_wait_s * 2.0 ** (failures - 1), _LONGEST_WAIT_S)


def patiently(config: InfluxConfig, what: str, ask: Callable[[], Answer]) -> Answer:
    """The answer to a short question. Raises BaasError when failures stay."""
    failures = 0
    while True:
        try:
            return ask()
        except (PassingError, TooLargeError) as fault:
            failures += 1
            if failures > config.retries:
                raise faults.gave_up(config, what, str(fault)) from fault
            sleep(wait_s(config, failures))
