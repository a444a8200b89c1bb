"""A finished run -> the files of results/, row conservation checked before anything is published."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from baas import __version__, results
from baas.cars import KnownCars, new_device_list, write_device_list
from baas.cars.devices import device_key
from baas.errors import BaasError
from baas.findings import Finding
from baas.metrics import all_metrics
from baas.score import VehicleScore
from baas.settings import Settings
from baas.store import Store
from baas.tables.results import DATA_QUALITY, FILES, FINDINGS, SCORE_LINES, VEHICLE_SCORES
from baas.values import TIME_FORMAT, VALUES_FILE, values_row, values_table
from baas.vehicles import EXPECTED_SIGNALS, Vehicle

if TYPE_CHECKING:
    from baas.ingest.reader import FileReport
    from baas.pipeline import Outcome

#: columns that a scored device list has more than the list it was made from
LIST_ADDITIONS = ("total_score", "grade", "status")
#: settings that say how a result came about; secrets and places of the machine are not among them
_TOLD_SETTINGS = ("source", "timezone", "first_day", "last_day", "vehicles", "full", "executor", "jobs")


def local(time_ms: float, zone: ZoneInfo) -> datetime | None:
    """UTC epoch milliseconds as naive local time, to the second; None where missing."""
    if not np.isfinite(time_ms):
        return None
    return datetime.fromtimestamp(time_ms / 1000, zone).replace(tzinfo=None, microsecond=0)


def _written(time: datetime | None) -> str:
    return time.strftime(TIME_FORMAT) if time else ""


def _with_times(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _written(value) if isinstance(value, datetime) else value for name, value in row.items()}


# -- row conservation -----------------------------------------------------------------------------------------------


class RowCounts:
    """Rows used and repeated by input member and by device, as the stored vehicle-months tell."""

    def __init__(self, store: Store, months: Sequence[tuple[str, str]]) -> None:
        self.used: dict[str, dict[str, int]] = {}
        self.repeated: dict[str, dict[str, int]] = {}
        for device in sorted({device for device, _ in months}):
            for _, about in store.about_partitions(device):
                for kind, counts in (("used", self.used), ("repeated", self.repeated)):
                    for member, rows in about[kind].items():
                        by_device = counts.setdefault(member, {})
                        by_device[device] = by_device.get(device, 0) + rows

    def of_member(self, member: str) -> tuple[int, int]:
        """(used, repeated) rows of an input member."""
        return sum(self.used.get(member, {}).values()), sum(self.repeated.get(member, {}).values())

    def only_device(self, member: str) -> str | None:
        """The device of a member whose rows all name the same one."""
        devices = set(self.used.get(member, {})) | set(self.repeated.get(member, {}))
        return next(iter(devices)) if len(devices) == 1 else None

    def check(self, reports: Sequence[FileReport]) -> None:
        """Raise BaasError unless every row read is used, a repeat, or rejected: no number may rest on lost rows."""
        for report in reports:
            used, repeated = self.of_member(report.file)
            if report.rows_read != used + repeated + report.rows_rejected:
                raise BaasError(
                    f"{report.file}: {report.rows_read} rows read but {used} used, {repeated} duplicate and"
                    f" {report.rows_rejected} rejected; nothing was published, run again with --full and report this"
                )


# -- the files ------------------------------------------------------------------------------------------------------


def _file_rows(reports: Sequence[FileReport], counts: RowCounts) -> list[dict[str, Any]]:
    rows = []
    for report in reports:
        used, repeated = counts.of_member(report.file)
        rows.append(
            {
                "file": report.file, "sha256": report.sha256, "format": report.format, "encoding": report.encoding,
                "rows_read": report.rows_read, "rows_used": used, "rows_duplicate": repeated,
                "rows_rejected": report.rows_rejected, "status": report.status, "message": report.message_ko,
                "message_en": report.message_en, "unknown_columns": " ".join(report.unknown_columns),
                "rejected_reasons": " ".join(f"{reason}={rows}" for reason, rows in sorted(report.rejected.items())),
                "examples": " ".join(f"{line}:{reason}" for line, reason in report.examples),
            }
        )  # fmt: skip
    return rows


def _quality_rows(outcome: Outcome, counts: RowCounts, settings: Settings) -> list[dict[str, Any]]:
    rejected: dict[str, int] = {}
    for report in outcome.gathered.reports:
        device = counts.only_device(report.file)
        if device is not None:
            rejected[device] = rejected.get(device, 0) + report.rows_rejected
    return [_quality_row(one, rejected.get(device_key(one.device_no), 0), settings) for one in outcome.vehicles]


def _quality_row(one: Vehicle, rejected: int, settings: Settings) -> dict[str, Any]:
    days = one.history.days
    return {
        "device_no": one.device_no, "rows_read": one.used + one.repeated + rejected, "rows_used": one.used,
        "rows_duplicate": one.repeated, "rows_rejected": rejected, "sampling_s": one.history.sampling_s,
        "completeness_pct": round(one.completeness_pct, 2), "current_sign": one.sign.name,
        "current_sign_confidence": round(one.sign.confidence, 3),
        "first_time": local(days["first_ms"].min(), settings.zone), "last_time": local(days["last_ms"].max(), settings.zone),
        "days": len(days), "cells": int(days["cells"].max()), "modules": int(days["modules"].max()),
        "gps_rows": int(days["gps_rows"].sum()),
        "missing_signals": " ".join(name for name in EXPECTED_SIGNALS if name not in one.sent),
    }  # fmt: skip


def _finding_row(finding: Finding, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "device_no": finding.device_no, "kind": finding.kind, "check": finding.check, "severity": finding.severity,
        "first_time": local(finding.first_ms, zone), "last_time": local(finding.last_ms, zone), "count": finding.count,
        "cell_no": finding.cell_no, "value": finding.value, "unit": finding.unit, "message": finding.message_ko,
        "message_en": finding.message_en,
    }  # fmt: skip


def _scored_lists(outcome: Outcome) -> dict[str, bytes]:
    """Each device list with the scores beside its own columns, whatever else it holds."""
    scores = {device_key(score.vehicle.device_no): score for score in outcome.scores}
    files: dict[str, bytes] = {}
    for found in outcome.lists:
        device_of = {car.row: car.device_no for car in found.cars}
        rows = []
        for number, cells in enumerate(found.rows):
            score = scores.get(device_key(device_of[number])) if number in device_of else None
            told = (score.total, score.grade, score.status) if score else ("", "", "")
            rows.append([*cells, *([""] * (len(found.header) - len(cells))), *told])
        name, copy = found.path.name, 2
        while name in files:
            name, copy = f"{found.path.stem}_{copy}{found.path.suffix}", copy + 1
        files[name] = results.csv_bytes([*found.header, *LIST_ADDITIONS], rows)
    return files


def _about_run(outcome: Outcome, settings: Settings, arguments: Mapping[str, object]) -> dict[str, Any]:
    reports = outcome.gathered.reports
    read = sum(report.rows_read for report in reports)
    rejected = sum(report.rows_rejected for report in reports)
    used, repeated = sum(one.used for one in outcome.vehicles), sum(one.repeated for one in outcome.vehicles)
    return {
        "version": __version__, "python": platform.python_version(), "arguments": dict(arguments),
        "settings": {name: getattr(settings, name) for name in _TOLD_SETTINGS},
        "weights": {metric.name: metric.weight for metric in all_metrics()},
        "inputs": dict(sorted(outcome.gathered.hashes.items())),
        "timings": {
            "seconds": round(outcome.seconds, 3), "files_read": outcome.gathered.files_read,
            "rows_read_now": outcome.gathered.rows_read,
        },
        "rows": {"read": read, "used": used, "duplicate": repeated, "rejected": rejected, "conserved": True},
    }  # fmt: skip


def stage_all(
    run: results.Run,
    outcome: Outcome,
    known: KnownCars,
    store: Store,
    settings: Settings,
    arguments: Mapping[str, object],
) -> None:
    """Stage every file of the run; raises BaasError when rows are not conserved."""
    counts = RowCounts(store, outcome.gathered.months)
    counts.check(outcome.gathered.reports)
    findings = [finding for one in outcome.vehicles for finding in one.findings]
    names = {one.device_no: one.car_type_name for one in outcome.vehicles}
    rows_of = [
        (settings.output.name, VEHICLE_SCORES, [score.row() for score in outcome.scores], ()),
        ("score_lines.csv", SCORE_LINES, [line for score in outcome.scores for line in score.line_rows()], ()),
        ("data_quality.csv", DATA_QUALITY, _quality_rows(outcome, counts, settings), ()),
        ("files.csv", FILES, _file_rows(outcome.gathered.reports, counts), ("examples",)),
        ("findings.csv", FINDINGS, [_finding_row(finding, settings.zone) for finding in findings], ()),
        (VALUES_FILE, values_table(), [_values_row(score, names) for score in outcome.scores], ()),
    ]
    for name, table, rows, more in rows_of:
        results.stage(run, name, results.table_bytes(table, [_with_times(row) for row in rows], more))
    for name, data in _scored_lists(outcome).items():
        results.stage(run, name, data)
    results.stage_run_file(run, _about_run(outcome, settings, arguments))


def _values_row(score: VehicleScore, names: Mapping[str, str]) -> dict[str, Any]:
    return values_row(score.vehicle, names.get(score.vehicle.device_no, score.vehicle.car.name))


# -- the list for people to complete --------------------------------------------------------------------------------


def _unlisted(known: KnownCars, fleet: Sequence[Vehicle]) -> tuple[tuple[str, str, str], ...]:
    told = {one.device_no: one.told_type for one in fleet if one.told_type}
    return new_device_list(known, told)


def new_list_path(settings: Settings, known: KnownCars, fleet: Sequence[Vehicle]) -> Path | None:
    """Where devices that no list has, but whose type the feed tells, are written down; None when there are none."""
    if not _unlisted(known, fleet):
        return None
    last = max(float(one.history.days["last_ms"].max()) for one in fleet)
    day = local(last, settings.zone)
    return settings.car_types / f"betterwhy_cartype_list_{day:%Y%m%d}.csv"


def write_new_list(outcome: Outcome, known: KnownCars) -> None:
    """Write that list; entries that people made stay as they are."""
    if outcome.new_list is not None:
        write_device_list(outcome.new_list, _unlisted(known, outcome.vehicles))
