"""Marks of the metrics -> total, grade and the lines that explain every point, for each vehicle of a fleet."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from baas.cars import CarType
from baas.findings import Finding
from baas.metrics import NAN, Cohort, Mark, Values, all_metrics, number
from baas.score.rules import (
    A_COVERAGE,
    FINAL_COVERAGE,
    LEAST_COVERAGE,
    Grade,
    age_years,
    deduction,
    grade_name,
    grade_of,
    in_hundredths,
    shares,
)
from baas.tables.results import SCORE_LINES, VEHICLE_SCORES

Status = Literal["scored", "provisional", "not_assessed"]
Cell = str | float | int | datetime | None

#: lines beside those of the metrics
MODEL_YEAR, SAFETY_CAP, COVERAGE_CAP = "model_year", "safety_cap", "coverage_cap"


@dataclass(frozen=True)
class Vehicle:
    """What is known of a vehicle before it is scored.

    first_time, last_time: of its rows, local. values: of all metrics. findings: those of this vehicle.
    """

    device_no: str
    car: CarType
    model_year: int | None
    first_time: datetime | None
    last_time: datetime | None
    days: int
    distance_km: float
    values: Values
    findings: Sequence[Finding] = ()


@dataclass(frozen=True)
class Line:
    """One line of a score: a metric, the deduction or a cap. Points are of 100; NaN where there is nothing to tell."""

    line: str
    value: float
    unit: str
    points: float
    weight: float
    points_lost: float
    reason_ko: str
    reason_en: str


@dataclass(frozen=True)
class VehicleScore:
    """The score of one vehicle, in points to two decimals: the points lost and the total add up to exactly 100.

    base, deducted and total are NaN when too little could be assessed; then nothing is lost either, but NaN.
    """

    vehicle: Vehicle
    base: float
    deducted: float
    total: float
    coverage: float
    grade: Grade
    status: Status
    lines: tuple[Line, ...]
    main_reason: str
    main_reason_en: str

    def row(self) -> dict[str, Cell]:
        """One row of VEHICLE_SCORES; missing numbers are NaN, a missing year or time None."""
        vehicle = self.vehicle
        known: dict[str, Cell] = {
            "device_no": vehicle.device_no,
            "car_type": vehicle.car.label,
            "model_year": vehicle.model_year,
            "first_time": vehicle.first_time,
            "last_time": vehicle.last_time,
            "days": vehicle.days,
            "distance_km": vehicle.distance_km,
            "base_score": self.base,
            "model_year_deduction": self.deducted,
            "total_score": self.total,
            "grade": self.grade,
            "grade_name": grade_name(self.grade),
            "coverage": self.coverage,
            "status": self.status,
            "main_reason": self.main_reason,
            "main_reason_en": self.main_reason_en,
        }
        known |= {f"{line.line}_score": line.points for line in self.lines}
        return {name: known[name] if name in known else number(vehicle.values, name) for name in VEHICLE_SCORES.names}

    def line_rows(self) -> list[dict[str, Cell]]:
        """Rows of SCORE_LINES: metrics by weight, then the deduction, then caps."""
        return [
            {name: self.vehicle.device_no if name == "device_no" else getattr(line, name) for name in SCORE_LINES.names}
            for line in self.lines
        ]


def score_fleet(vehicles: Sequence[Vehicle]) -> tuple[VehicleScore, ...]:
    """The score of every vehicle, in the order given; no score depends on that order.

    Vehicles are compared with those of the same type and variant, themselves included, and with the whole fleet. A
    vehicle of unknown type has no others of its type.
    """
    fleet = [vehicle.values for vehicle in vehicles]
    by_type: dict[str, list[Values]] = {}
    for vehicle in vehicles:
        by_type.setdefault(vehicle.car.label, []).append(vehicle.values)
    cohorts = {label: Cohort(same if label else (), fleet) for label, same in by_type.items()}
    return tuple(score_vehicle(vehicle, cohorts[vehicle.car.label]) for vehicle in vehicles)


def score_vehicle(vehicle: Vehicle, cohort: Cohort) -> VehicleScore:
    """Marks, total, grade and lines of one vehicle among those it is compared with."""
    marks = {metric.name: metric.score(vehicle.values, vehicle.car, cohort) for metric in all_metrics()}
    weights, coverage = shares({name: mark.points for name, mark in marks.items()}, all_metrics())
    if coverage < LEAST_COVERAGE:
        return _without_total(vehicle, marks, coverage)
    age = age_years(vehicle.model_year, vehicle.last_time)
    lost = {name: weight * max(0.0, 100 - marks[name].points) for name, weight in weights.items()}
    base = math.fsum(weight * marks[name].points for name, weight in weights.items())
    # what is deducted ends at 0 points, so that the lines still add up
    lost[MODEL_YEAR] = min(base, deduction(age))
    told, whole = in_hundredths(list(lost.values()), base - lost[MODEL_YEAR])
    points_lost = {name: each / 100 for name, each in zip(lost, told, strict=True)}
    unsafe = [finding for finding in vehicle.findings if finding.kind == "battery" and finding.severity == "critical"]
    grade = grade_of(whole / 100, coverage, bool(unsafe))
    lines = (
        *_metric_lines(marks, weights, points_lost),
        _age_line(vehicle, age, points_lost[MODEL_YEAR]),
        *_cap_lines(grade_of(whole / 100, 1.0, False), grade, coverage, unsafe),
    )
    return VehicleScore(
        vehicle,
        base=(whole + told[-1]) / 100,
        deducted=points_lost[MODEL_YEAR],
        total=whole / 100,
        coverage=coverage,
        grade=grade,
        status="scored" if coverage >= FINAL_COVERAGE and math.isfinite(age) else "provisional",
        lines=lines,
        main_reason=_costliest(lines, lambda line: line.reason_ko),
        main_reason_en=_costliest(lines, lambda line: line.reason_en),
    )


def _without_total(vehicle: Vehicle, marks: Mapping[str, Mark], coverage: float) -> VehicleScore:
    """A vehicle of which too little is known: the marks there are, no total, and what is missing."""
    age = age_years(vehicle.model_year, vehicle.last_time)
    lines = (*_metric_lines(marks, {}, {}), _age_line(vehicle, age, NAN))
    return VehicleScore(vehicle, NAN, NAN, NAN, coverage, "", "not_assessed", lines, *_missing(marks))


def _metric_lines(
    marks: Mapping[str, Mark], weights: Mapping[str, float], points_lost: Mapping[str, float]
) -> list[Line]:
    """A line for each metric; one that could not be assessed loses nothing and weighs nothing."""
    nothing = 0.0 if points_lost else NAN
    return [
        Line(
            name,
            mark.value,
            mark.unit,
            round(mark.points, 2),
            round(weights.get(name, nothing), 6),
            points_lost.get(name, nothing),
            mark.reason_ko,
            mark.reason_en,
        )
        for name, mark in marks.items()
    ]


def _age_line(vehicle: Vehicle, age: float, lost: float) -> Line:
    """The deduction for age, or why there is none."""
    if math.isfinite(age):
        points = f"{deduction(age):.1f}"
        reason_ko = f"{vehicle.model_year}년식, 마지막 자료 시점 {age:.1f}년이라 연식 감점 {points}점"
        reason_en = f"{points} points for model year {vehicle.model_year}, {age:.1f} years old at its last row"
    else:
        reason_ko = "연식 또는 마지막 시각을 몰라 연식 감점 0점, 잠정 등급"
        reason_en = "model year or last time unknown: 0 points deducted, the grade is provisional"
    return Line(MODEL_YEAR, age, "year", NAN, NAN, lost, reason_ko, reason_en)


def _cap_lines(uncapped: Grade, grade: Grade, coverage: float, unsafe: Sequence[Finding]) -> list[Line]:
    """Why the grade is not the one of the total; a cap takes no points."""
    if unsafe:
        first = min(unsafe, key=lambda finding: (finding.first_ms, finding.check, finding.cell_no or 0))
        reason_ko = f"안전 진단 {len(unsafe)}건으로 등급 D 상한: {first.message_ko}"
        reason_en = f"grade capped at D by {len(unsafe)} safety finding(s): {first.message_en}"
        return [Line(SAFETY_CAP, float(len(unsafe)), "", NAN, NAN, 0.0, reason_ko, reason_en)]
    if uncapped == grade:
        return []
    seen, needed = 100 * coverage, 100 * A_COVERAGE
    reason_ko = f"평가 범위 {seen:.0f} %라 등급 B 상한(A는 {needed:.0f} % 이상)"
    reason_en = f"grade capped at B: {seen:.0f} % of the weights assessed (A needs {needed:.0f} %)"
    return [Line(COVERAGE_CAP, coverage, "share", NAN, NAN, 0.0, reason_ko, reason_en)]


def _costliest(lines: Sequence[Line], words: Callable[[Line], str]) -> str:
    """The reason that explains most: the safety cap, else the line that takes most points, the first of equals."""
    capped = [line for line in lines if line.line == SAFETY_CAP]
    return words(capped[0] if capped else max(lines, key=lambda line: line.points_lost))


def _missing(marks: Mapping[str, Mark]) -> tuple[str, str]:
    """What a score would need: the reason of the heaviest metric that could not be assessed, and the other names."""
    first, *others = [metric for metric in all_metrics() if not marks[metric.name].is_assessed]
    mark = marks[first.name]
    others_ko = ", ".join(metric.title_ko for metric in others)
    others_en = ", ".join(metric.title_en.lower() for metric in others)
    return (
        f"{first.title_ko}: {mark.reason_ko}" + (f" (그 밖에 평가 불가: {others_ko})" if others_ko else ""),
        f"{first.title_en}: {mark.reason_en}" + (f" (also not assessed: {others_en})" if others_en else ""),
    )
