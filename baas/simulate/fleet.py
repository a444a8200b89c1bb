"""A whole fleet into a folder: vehicles in parallel, truth and marker last, the folder renamed at the end."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from baas import __version__
from baas.errors import BaasError
from baas.executors import worker_count
from baas.simulate.feed import bms_lines, clean_layout, gps_lines, header, newest_first
from baas.simulate.mess import write_messily
from baas.simulate.months import MonthRows, Order, months, vehicle_of
from baas.simulate.notebook import Notebook
from baas.simulate.truth import FOLDER, FileLine, VehicleTruth, write_truth
from baas.simulate.vehicle import Vehicle
from baas.simulated import MARKER

README = """# 가상 데이터 · Simulated data

이 폴더의 차량은 모두 가상입니다(`python -m baas simulate`, 단말 번호 0129...). 실제 값은 truth/ 폴더에 있습니다.

No vehicle in this folder exists: all are simulated by `python -m baas simulate`, with device numbers that begin with
0129. What really happened is in truth/.
"""


def _write_clean(folder: Path, car: Vehicle, part: MonthRows) -> list[FileLine]:
    """One BMS and one GPS file, newest row first."""
    place = folder / part.month / car.device_no
    place.mkdir(parents=True, exist_ok=True)
    layout = clean_layout(car)
    name = f"bms_{car.device_no}_{part.month}.csv"
    rows = part.bms.take(newest_first(len(part.bms)))
    with (place / name).open("wb") as file:
        file.write((header(layout, rows) + "\n").encode(layout.encoding))
        file.writelines(bms_lines(layout, car, rows, part.month))
    lines = [FileLine(f"{part.month}/{car.device_no}/{name}", car.device_no, "bms", len(rows), 0, 0)]
    if part.gps is not None and len(part.gps):
        name = f"gps_{car.device_no}_{part.month}.csv"
        with (place / name).open("wb") as file:
            file.writelines(gps_lines(car, part.gps.take(newest_first(len(part.gps)))))
        lines.append(FileLine(f"{part.month}/{car.device_no}/{name}", car.device_no, "gps", len(part.gps), 0, 0))
    return lines


def simulated_vehicle(order: Order, folder: Path, index: int) -> VehicleTruth:
    """One vehicle's files written into the folder, and its truth."""
    car = vehicle_of(order, index)
    notebook = Notebook(car)
    files: list[FileLine] = []
    for part in months(order, car, notebook):
        files += (
            write_messily(folder, car, part.month, part.bms, part.gps)
            if order.mess
            else _write_clean(folder, car, part)
        )
    return notebook.closed(files)


def leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal; the parent stops the fleet, and its children end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _all(order: Order, folder: Path, progress: Callable[[int], None]) -> list[VehicleTruth]:
    jobs = min(worker_count(order.jobs), order.vehicles)
    truths: dict[int, VehicleTruth] = {}
    if jobs == 1:
        for index in range(order.vehicles):
            truths[index] = simulated_vehicle(order, folder, index)
            progress(len(truths))
        return [truths[index] for index in range(order.vehicles)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=leave_interrupts_to_the_parent) as pool:
        waiting = {pool.submit(simulated_vehicle, order, folder, index): index for index in range(order.vehicles)}
        try:
            for done in as_completed(waiting):
                truths[waiting[done]] = done.result()
                progress(len(truths))
        finally:  # after a fault or an interrupt no other vehicle is begun
            pool.shutdown(wait=True, cancel_futures=True)
    return [truths[index] for index in range(order.vehicles)]


def device_list(order: Order, truths: list[VehicleTruth]) -> tuple[str, bytes]:
    """Name and content of the list of devices, types and model years."""
    name = f"betterwhy_cartype_list_{order.start:%Y%m}.csv"
    head = "단말번호,차종,연식" if order.mess else "device_no,car_type,model_year"
    lines = [
        f"{line.device_no.lstrip('0') if order.mess else line.device_no},{line.car_type},{line.model_year}"
        for line in (truth.vehicle for truth in truths)
    ]
    return name, ("\n".join([head, *lines]) + "\n").encode("cp949" if order.mess else "utf-8-sig")


def finish(order: Order, folder: Path, truths: list[VehicleTruth]) -> None:
    """Device list, note, truth, and the marker that says that the fleet is whole."""
    name, content = device_list(order, truths)
    (folder / name).write_bytes(content)
    (folder / "README.md").write_text(README, encoding="utf-8", newline="\n")
    write_truth(folder / FOLDER, truths)
    marker = {
        "simulated": True, "complete": True, "version": __version__, "vehicles": order.vehicles, "days": order.days,
        "seed": order.seed, "start": order.start.isoformat(), "interval_s": order.interval_s, "mess": order.mess,
        "every": order.written.every, "row": order.written.row, "thin": order.thin is not None,
        "faults": sorted({rule.name for rule in order.rules}),
        "devices": [truth.vehicle.device_no for truth in truths],
    }  # fmt: skip
    (folder / FOLDER / MARKER).write_text(json.dumps(marker, indent=1) + "\n", encoding="utf-8", newline="\n")


def not_writable(out: Path, fault: OSError) -> BaasError:
    """The error that says why nothing can be written into a folder."""
    return BaasError(
        f"{out}: cannot be written ({fault.strerror}); name another folder",
        f"{out}: 쓸 수 없습니다({fault.strerror}). 다른 폴더를 주십시오",
    )


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write into, which takes its place at the end; whatever goes wrong, `out` is untouched.

    Raises BaasError when `out` is not new or cannot be written.
    """
    target = out.absolute()
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise BaasError(
                f"{out}: is already there and not empty; name a new folder",
                f"{out}: 이미 있고 비어 있지 않습니다. 새 폴더를 주십시오",
            )
        partial.mkdir(parents=True)
    except OSError as fault:
        raise not_writable(out, fault) from fault
    try:
        yield partial
        if target.exists():
            target.rmdir()
        partial.rename(target)
    except OSError as fault:
        raise BaasError(
            f"{out}: writing failed ({fault.strerror}); nothing was left there",
            f"{out}: 쓰지 못했습니다({fault.strerror}). 아무것도 남기지 않았습니다",
        ) from fault
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def simulate(order: Order, progress: Callable[[int], None] = lambda _done: None) -> list[VehicleTruth]:
    """The fleet in `order.out`, whole or not at all."""
    with whole_folder(order.out) as folder:
        truths = _all(order, folder, progress)
        finish(order, folder, truths)
    return truths
