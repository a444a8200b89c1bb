"""Trying again what may pass, with longer and longer waits, in smaller parts where the server cannot do more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from baas.influx import faults
from baas.influx.config import InfluxConfig
from baas.influx.faults import PassingError, SlowError, TooLargeError
from baas.influx.threads import pause

Answer = TypeVar("Answer")

#: longest single wait [s]; chosen: a server restart takes less
_LONGEST_WAIT_S = 30.0


def wait_s(config: InfluxConfig, failures: int) -> float:
    """Wait before the next try after so many failures in a row [s], doubling."""
    return min(config.retry_wait_s * 2.0 ** (failures - 1), _LONGEST_WAIT_S)


def by_parts(
    config: InfluxConfig, what: str, parts: Iterable[tuple[int, int]], ask: Callable[[int, int], Answer],
    smaller: Callable[[int, int], Sequence[tuple[int, int]]],
) -> Iterator[Answer]:  # fmt: skip
    """Answers about parts of a time, in order. Raises BaasError when failures stay.

    smaller: what to ask for instead of a part that is too much at once, nothing where it is as small as can be.
    """
    todo = list(parts)[::-1]
    failures = 0
    while todo:
        start, stop = todo.pop()
        pause(0)
        try:
            answer = ask(start, stop)
        except (PassingError, TooLargeError) as fault:
            instead = smaller(start, stop) if isinstance(fault, SlowError | TooLargeError) else ()
            todo += list(instead or [(start, stop)])[::-1]
            if instead and isinstance(fault, TooLargeError):
                continue
            failures += 1
            if failures > config.retries:
                raise faults.gave_up(config, what, str(fault)) from fault
            pause(wait_s(config, failures))
            continue
        failures = 0
        yield answer


def patiently(config: InfluxConfig, what: str, ask: Callable[[], Answer]) -> Answer:
    """The answer to a short question. Raises BaasError when failures stay."""
    return next(by_parts(config, what, [(0, 0)], lambda _start, _stop: ask(), lambda _start, _stop: ()))
