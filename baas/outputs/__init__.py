"""A finished run -> the files of results/, row conservation checked before anything is published."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from baas import __version__, results
from baas.cars import DeviceList
from baas.cars.devices import device_key
from baas.errors import BaasError
from baas.findings import Finding
from baas.gather import Gathered
from baas.ingest.reader import FileReport
from baas.metrics import all_metrics
from baas.outputs.counts import RowCounts
from baas.outputs.lists import scored_lists
from baas.outputs.times import local
from baas.outputs.words import said
from baas.score import VehicleScore
from baas.settings import Settings
from baas.simulated import SIMULATED, simulated_devices
from baas.tables.files import RUN_FILE, STORE_NAME
from baas.tables.results import DATA_QUALITY, FILES, FINDINGS, RESULT_TABLES, SCORE_LINES, VEHICLE_SCORES
from baas.values import TIME_FORMAT, VALUES_FILE, values_row, values_table
from baas.vehicles import EXPECTED_SIGNALS, Vehicle

#: files of a run beside the score table
OTHER_FILES = (
    *(f"{table.name}.csv" for table in RESULT_TABLES if table is not VEHICLE_SCORES), VALUES_FILE, RUN_FILE, STORE_NAME,
)  # fmt: skip
#: settings that say how a result came about; secrets and places of the machine are not among them
_TOLD_SETTINGS = (
    "source", "timezone", "first_day", "last_day", "vehicles", "full", "executor", "jobs", "archive_limit_bytes",
    "archive_ratio_limit",
)  # fmt: skip
#: arguments that may carry secrets, addresses or places of the machine
_UNTOLD_ARGUMENTS = ("scheduler", "influx", "inputs", "output", "car_types", "formats")


@dataclass(frozen=True)
class Outcome:
    """What a run came to: the scores in order of device, and everything else that was learned about the fleet.

    counts: what became of the rows. new_list: where devices for people to complete are written. notices: what went
    wrong beside. server: address of the server that was read from, "" for files.
    simulated: device numbers that the server calls simulated. stored_time: what its times were said to be.
    """

    folder: Path
    vehicles: tuple[Vehicle, ...]
    scores: tuple[VehicleScore, ...]
    gathered: Gathered
    lists: tuple[DeviceList, ...]
    new_list: Path | None
    seconds: float
    counts: RowCounts
    notices: tuple[BaasError, ...] = ()
    simulated: frozenset[str] = frozenset()
    server: str = ""
    stored_time: str = ""


def _written(time: datetime | None) -> str:
    return time.strftime(TIME_FORMAT) if time else ""


def _with_times(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _written(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _file_row(report: FileReport, counts: RowCounts) -> dict[str, Any]:
    used, repeated, _ = counts.of_member(report.file)
    rejected = counts.rejected(report)
    ko, en = said(report, rejected)
    return {
        "file": report.file, "sha256": report.sha256, "format": report.format, "encoding": report.encoding,
        "rows_read": report.rows_read, "rows_used": used, "rows_duplicate": repeated,
        "rows_rejected": sum(rejected.values()), "status": report.status, "message": ko, "message_en": en,
        "unknown_columns": " ".join(report.unknown_columns),
        "rejected_reasons": " ".join(f"{reason}={rows}" for reason, rows in sorted(rejected.items())),
        "examples": " ".join(f"{line}:{reason}" for line, reason in report.examples),
    }  # fmt: skip


def _quality_rows(outcome: Outcome, settings: Settings) -> list[dict[str, Any]]:
    rejected = outcome.counts.rejected_by_device(outcome.gathered.reports)
    return [_quality_row(one, rejected.get(device_key(one.device_no), 0), settings) for one in outcome.vehicles]


def _quality_row(one: Vehicle, rejected: int, settings: Settings) -> dict[str, Any]:
    days = one.history.days
    return {
        "device_no": one.device_no, "rows_read": one.used + one.repeated + rejected + one.outside,
        "rows_used": one.used, "rows_duplicate": one.repeated, "rows_rejected": rejected,
        "rows_outside_period": one.outside, "sampling_s": one.history.sampling_s,
        "completeness_pct": round(one.completeness_pct, 2), "current_sign": one.sign.name,
        "current_sign_confidence": round(one.sign.confidence, 3),
        "first_time": local(days["first_ms"].min(), settings.zone),
        "last_time": local(days["last_ms"].max(), settings.zone),
        "days": len(days), "cells": int(days["cells"].max()), "modules": int(days["modules"].max()),
        "gps_rows": int(days["gps_rows"].sum()),
        "missing_signals": " ".join(name for name in EXPECTED_SIGNALS if name not in one.sent),
    }  # fmt: skip


def _finding_row(finding: Finding, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "device_no": finding.device_no, "kind": finding.kind, "check": finding.check, "severity": finding.severity,
        "first_time": local(finding.first_ms, zone), "last_time": local(finding.last_ms, zone), "count": finding.count,
        "cell_no": finding.cell_no, "value": finding.value, "unit": finding.unit, "message": finding.message_ko,
        "message_en": finding.message_en, "signal": finding.signal,
    }  # fmt: skip


def _about_run(
    outcome: Outcome, settings: Settings, arguments: Mapping[str, object], lists: Sequence[str]
) -> dict[str, Any]:
    return {
        "version": __version__, "python": platform.python_version(),
        "arguments": {name: value for name, value in arguments.items() if name not in _UNTOLD_ARGUMENTS},
        "settings": {name: getattr(settings, name) for name in _TOLD_SETTINGS}
        | ({"stored_time": outcome.stored_time} if outcome.server else {}),
        "weights": {metric.name: metric.weight for metric in all_metrics()},
        "scores_file": settings.output.name, "scored_lists": list(lists),
        "inputs": dict(sorted(outcome.gathered.hashes.items())),
        "timings": {
            "seconds": round(outcome.seconds, 3), "files_read": outcome.gathered.files_read,
            "bytes_read": outcome.gathered.bytes_read, "rows_read_now": outcome.gathered.rows_read,
            "months_computed": outcome.gathered.computed,
        },
        "rows": {**outcome.counts.totals(outcome.gathered.reports), "conserved": True},
    }  # fmt: skip


def stage_all(run: results.Run, outcome: Outcome, settings: Settings, arguments: Mapping[str, object]) -> None:
    """Stage every file of a run whose rows are conserved."""
    counts, reports = outcome.counts, outcome.gathered.reports
    findings = [finding for one in outcome.vehicles for finding in one.findings]
    rows_of = [
        (settings.output.name, VEHICLE_SCORES, [score.row() for score in outcome.scores]),
        ("score_lines.csv", SCORE_LINES, [line for score in outcome.scores for line in score.line_rows()]),
        ("data_quality.csv", DATA_QUALITY, _quality_rows(outcome, settings)),
        ("files.csv", FILES, [_file_row(report, counts) for report in reports]),
        ("findings.csv", FINDINGS, [_finding_row(finding, settings.zone) for finding in findings]),
        (VALUES_FILE, values_table(), [values_row(score.vehicle) for score in outcome.scores]),
    ]
    simulated = _simulated(outcome, settings)
    for name, table, rows in rows_of:
        told = [_with_times(row) for row in rows]
        more: tuple[str, ...] = ()
        if simulated and "device_no" in table:
            told, more = [{**row, SIMULATED: int(row["device_no"] in simulated)} for row in told], (SIMULATED,)
        results.stage(run, name, results.table_bytes(table, told, more))
    lists = scored_lists(outcome.lists, outcome.scores, simulated)
    for name, data in lists.items():
        results.stage(run, name, data)
    about = _about_run(outcome, settings, arguments, sorted(lists))
    results.stage_run_file(run, {**about, "simulated_devices": sorted(simulated)})


def _simulated(outcome: Outcome, settings: Settings) -> frozenset[str]:
    """Scored vehicles that the server, or for files a marker beside them, calls simulated."""
    told = outcome.simulated if outcome.server else simulated_devices(settings.inputs)
    keys = {device_key(device) for device in told}
    return frozenset(score.vehicle.device_no for score in outcome.scores if device_key(score.vehicle.device_no) in keys)
