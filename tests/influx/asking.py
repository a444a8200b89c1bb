"""Reading everything a server holds, as a run does."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from baas.influx.config import InfluxConfig
from baas.influx.connect import connect
from baas.influx.inventory import months_of
from baas.influx.month import InfluxMonth
from baas.ingest.reader import ReadSettings
from baas.ingest.report import FileReport
from baas.signals import Signals, concatenate

#: 2023-03-02 09:00 in Seoul, ms
START_MS = 1_677_715_200_000
DAY_MS = 86_400_000


def months(config: InfluxConfig, reading: ReadSettings, spool: Path) -> list[InfluxMonth]:
    return months_of(connect(config), reading.formats, reading.timezone, spool, lambda _done, _total: None)


def read(found: list[InfluxMonth], reading: ReadSettings) -> tuple[dict[str, Signals], list[FileReport]]:
    """Rows by device and kind in order of time, and the reports."""
    reports: list[FileReport] = []
    parts: dict[str, list[Signals]] = {}
    for month in found:
        for item in month.read(reading, len(reports)):
            if isinstance(item, FileReport):
                reports.append(item)
            else:
                for no, device in enumerate(item.devices):
                    parts.setdefault(f"{device} {item.kind}", []).append(item.take(item.device == no))
    whole = {key: concatenate(some) for key, some in parts.items()}
    return {key: rows.take(np.argsort(rows.time_ms, kind="stable")) for key, rows in whole.items()}, reports


def everything(config: InfluxConfig, reading: ReadSettings, spool: Path) -> tuple[dict[str, Signals], list[FileReport]]:
    return read(months(config, reading, spool), reading)


def bms_lines(device: str, start_ms: int, rows: int, step_ms: int = 10_000, **fields: str) -> str:
    """Points of a car whose values tell their place."""
    told = {"soc": "{no}.5", "pack_volt": "700.{no}", **fields}
    return "\n".join(
        f"aicar_bms,device_no={device},car_type=EV6 "
        + ",".join(f"{name}={value.format(no=no % 50)}" for name, value in told.items())
        + f" {start_ms + no * step_ms}"
        for no in range(rows)
    )
