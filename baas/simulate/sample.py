"""`python -m baas sample-fleet`: the twelve simulated vehicles that lie in `db datasets/`."""

from __future__ import annotations

import argparse
import json
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from baas.simulate.faults import FaultRule
from baas.simulate.feed import Layout, bms_lines, gps_lines, header, newest_first
from baas.simulate.fleet import device_list, not_writable
from baas.simulate.gps import Fixes
from baas.simulate.months import Order, months, vehicle_of
from baas.simulate.notebook import Notebook
from baas.simulate.state import Written
from baas.simulate.thinning import SAMPLE
from baas.simulate.vehicle import Vehicle, Wish
from baas.simulated import MARKER

SAMPLE_FILE = Path(__file__).with_name("sample.toml")
#: chosen: five months from summer to winter; seed by trial, so that every grade occurs
SEED, START, DAYS = 14, date(2026, 6, 1), 150
#: step between the position rows of the sample [s]
FIX_S = 3600
#: the part of the file name that tells the type
NAMES = {
    "ev6_lr_77": "EV6", "ioniq5_lr_72": "IONIQ5", "kona_os_64": "Kona", "niro_de_64": "Niro",
    "porter2_ev": "Porter2", "ray_ev_lfp": "Ray",
}  # fmt: skip


README = """# 예제 데이터(가상) · Sample data (simulated)

이 폴더의 차량 12대는 모두 가상이며(단말 번호 0129...) `python -m baas sample-fleet`로 만들었습니다.
실제 차량 자료를 쓰려면 파일을 이 폴더에 넣거나 `--input`으로 폴더를 지정하십시오.

None of the twelve vehicles in this folder exists: all are simulated by `python -m baas sample-fleet`, with device
numbers that begin with 0129. To score real vehicles, put their files here or name their folder with `--input`.
`battery_results.csv` holds the metric values that the scorer finds in the telemetry.
"""


def wishes() -> tuple[Wish, ...]:
    """The vehicles of the sample, in the order of their device numbers."""
    found = []
    for entry in tomllib.loads(SAMPLE_FILE.read_text(encoding="utf-8"))["vehicle"]:
        fault = entry.get("fault")
        rule = FaultRule(fault["name"], 1.0, fault["start"], fault["value"], None) if fault else None
        kind, usage, style = entry["kind"], entry["usage"], entry["style"]
        found.append(
            Wish(
                kind,
                usage,
                style,
                entry["model_year"],
                entry["interval_s"],
                entry["every"],
                SAMPLE[entry["rows"]],
                rule,
            )
        )
    return tuple(found)


def sample_order() -> Order:
    """The order of the sample fleet."""
    cars = wishes()
    return Order(Path(), len(cars), DAYS, SEED, START, 10, False, Written(), (), 1, None, cars)


def _thinned(fixes: Fixes) -> Fixes:
    return fixes.take(np.flatnonzero(np.diff(fixes.time_s // FIX_S, prepend=0) > 0))


def _vehicle_text(order: Order, car: Vehicle) -> tuple[str, bytes, bytes, Notebook]:
    """Heading, BMS rows and position rows of a vehicle, newest first, and its notebook."""
    layout = Layout("list", time_pattern="YY-MM-DD HH:NN:SS", with_month=False)
    notebook, bms, gps, head = Notebook(car), [], [], ""
    for part in months(order, car, notebook):
        rows = part.bms.take(newest_first(len(part.bms)))
        head = header(layout, rows)
        bms.append(b"".join(bms_lines(layout, car, rows, part.month)))
        if part.gps is not None:
            fixes = _thinned(part.gps)
            gps.append(b"".join(gps_lines(car, fixes.take(newest_first(len(fixes))))))
    return head, b"".join(reversed(bms)), b"".join(reversed(gps)), notebook


def write_sample(folder: Path) -> None:
    """One telemetry file per type, one position file, the device list and a note that nothing here is real."""
    order = sample_order()
    texts: dict[str, list[bytes]] = {}
    positions, truths = [], []
    for index in range(order.vehicles):
        order = replace(order, written=Written(order.wishes[index].every))
        car = vehicle_of(order, index)
        head, bms, gps, notebook = _vehicle_text(order, car)
        texts.setdefault(car.kind.key, [head.encode() + b"\n"]).append(bms)
        positions.append(gps)
        truths.append(notebook.closed(()))
    for key, parts in texts.items():
        (folder / f"{NAMES[key]}.result.csv").write_bytes(b"".join(parts))
    (folder / "gps_sample.csv").write_bytes(b"".join(positions))
    name, content = device_list(order, truths)
    (folder / name).write_bytes(content)
    (folder / "README.md").write_text(README, encoding="utf-8", newline="\n")
    marker = json.dumps({"simulated": True, "devices": [truth.vehicle.device_no for truth in truths]}, indent=1)
    (folder / MARKER).write_text(marker + "\n", encoding="utf-8", newline="\n")


def main(given: Sequence[str]) -> int:
    """Write the sample into a folder that exists; files of the same names are replaced once all are made."""
    parser = argparse.ArgumentParser(prog="python -m baas sample-fleet", description="예제 차량 데이터 Sample fleet")
    parser.add_argument("--out", type=Path, default=Path("db datasets"), metavar="DIR")
    out: Path = parser.parse_args(given).out
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent) as folder:
            write_sample(Path(folder))
            for path in sorted(Path(folder).iterdir()):
                path.replace(out / path.name)
    except OSError as fault:
        raise not_writable(out, fault) from fault
    print(out)
    return 0
