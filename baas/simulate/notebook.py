"""Collects the truth of one vehicle while its life goes by."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from baas.simulate.faults import FAULTS
from baas.simulate.state import DaySum, Stretch
from baas.simulate.truth import (
    CapacityLine,
    DayLine,
    FaultLine,
    FileLine,
    SessionLine,
    SiteLine,
    VehicleLine,
    VehicleTruth,
    local,
    month_of,
)  # fmt: skip
from baas.simulate.vehicle import Vehicle


class Notebook:
    """Collects the truth of one vehicle while its life goes by."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self._days: dict[int, list[DaySum]] = {}
        self._sessions: list[SessionLine] = []
        self._sites: dict[str, SiteLine] = {}
        self._capacity: dict[str, list[tuple[int, float, float]]] = {}
        self._first: Stretch | None = None
        self._last: Stretch | None = None
        self._lost = 0.0

    def note(self, stretch: Stretch) -> None:
        """Take one stretch of life into the books."""
        self._first = self._first or stretch
        if self._last and stretch.start.pack_no == self._last.start.pack_no:
            self._lost += stretch.end.age.loss - stretch.start.age.loss
        for part in stretch.days:
            self._days.setdefault(part.day, []).append(part)
        self._note_capacity(stretch)
        if stretch.event.kind != "park":
            self._sessions.append(self._session(stretch))
        elif stretch.event.plugged and self._sessions:
            self._sessions[-1] = replace(self._sessions[-1], unplugged_time=local(stretch.end.time_s))
        self._last = stretch

    def _note_capacity(self, stretch: Stretch) -> None:
        weakest = float(stretch.factors[0].min()) * stretch.pack.capacity_ah
        line = (stretch.start.pack_no, stretch.pack.capacity_ah, weakest)
        self._capacity.setdefault(month_of(stretch.start.time_s), []).append(line)

    def _session(self, stretch: Stretch) -> SessionLine:
        start, end, event = stretch.start, stretch.end, stretch.event
        site = start.place.name if event.kind == "charge" else ""
        if site and site not in self._sites:
            city, place = self._vehicle.city, start.place
            lat, lng = city.degrees(np.array([place.x_km]), np.array([place.y_km]))
            self._sites[site] = SiteLine(
                site, round(float(lat[0]), 6), round(float(lng[0]), 6), place.ac_kw, place.dc_kw
            )
        return SessionLine(
            self._vehicle.device_no,
            event.kind,
            event.mode,
            local(start.time_s),
            local(end.time_s),
            round(100 * start.charge.soc, 3),
            round(100 * end.charge.soc, 3),
            round(end.odometer_km - start.odometer_km, 4),
            round(end.totals.in_kwh - start.totals.in_kwh, 4),
            round(end.totals.out_kwh - start.totals.out_kwh, 4),
            site,
            local(end.time_s) if event.kind == "charge" else "",
        )

    def closed(self, files: Sequence[FileLine]) -> VehicleTruth:
        """The truth, complete."""
        return VehicleTruth(
            self._vehicle_line(),
            tuple(self._capacity_lines()),
            tuple(_day_line(self._vehicle.device_no, day, parts) for day, parts in sorted(self._days.items())),
            tuple(self._sessions),
            tuple(self._sites.values()),
            fault_lines(self._vehicle),
            tuple(files),
        )

    def _capacity_lines(self) -> Iterable[CapacityLine]:
        for month, noted in sorted(self._capacity.items()):
            pack_no, capacity, weakest = noted[len(noted) // 2]
            yield CapacityLine(
                self._vehicle.device_no, month, pack_no, round(capacity, 4), round(weakest, 4),
                round(100 * capacity / self._vehicle.kind.capacity_ah, 4), self._vehicle.gauge.soh_mode,
            )  # fmt: skip

    def _vehicle_line(self) -> VehicleLine:
        if self._first is None or self._last is None:
            raise ValueError("a vehicle that never lived has no truth")
        start, end = self._first.start, self._last.end
        fade = 100 * self._lost / (self._vehicle.days / 365.25)
        soh = (100 * (1 - start.age.loss), 100 * (1 - end.age.loss))
        return vehicle_line(self._vehicle, *soh, fade, end.odometer_km - start.odometer_km)


def vehicle_line(vehicle: Vehicle, soh_start: float, soh_end: float, fade: float, distance_km: float) -> VehicleLine:
    """The line of a vehicle. SOH [%] at both ends of the period, fade [% a year]."""
    kind = vehicle.kind
    return VehicleLine(
        vehicle.device_no,
        kind.list_name,
        kind.key,
        vehicle.model_year,
        kind.chemistry,
        kind.cells,
        kind.capacity_ah,
        vehicle.usage.name,
        vehicle.style.name,
        vehicle.city.name,
        "charge_positive" if vehicle.sign > 0 else "discharge_positive",
        vehicle.gauge.soc_mode,
        vehicle.gauge.soh_mode,
        round(vehicle.gauge.gain, 5),
        vehicle.parked_every_s,
        round(soh_start, 4),
        round(soh_end, 4),
        round(fade, 4),
        round(distance_km, 3),
    )


def _day_line(device_no: str, day: int, parts: Sequence[DaySum]) -> DayLine:
    def total(name: str, kind: str = "", mode: str = "") -> float:
        chosen = [part for part in parts if kind in ("", part.kind) and mode in ("", part.mode)]
        return math.fsum(getattr(part, name) for part in chosen)

    return DayLine(
        device_no,
        (date(1970, 1, 1) + timedelta(days=day)).isoformat(),
        round(total("km"), 4),
        round(total("out_kwh", "drive"), 5),
        round(total("in_kwh", "drive"), 5),
        round(total("in_kwh", "charge", "ac"), 5),
        round(total("in_kwh", "charge", "dc"), 5),
        round(total("out_kwh", "park") + total("out_kwh", "charge"), 5),
        round(total("in_ah"), 5),
        round(total("out_ah"), 5),
    )


def fault_lines(vehicle: Vehicle) -> tuple[FaultLine, ...]:
    """The line of the vehicle's fault, none for a healthy one."""
    fault = vehicle.fault
    if fault is None:
        return ()
    unit, meaning = FAULTS[fault.name]
    line = FaultLine(
        vehicle.device_no, fault.name, local(fault.start_s), local(fault.end_s), fault.value, unit,
        fault.cell_no or None, fault.probe_no or None, meaning,
    )  # fmt: skip
    return (line,)
