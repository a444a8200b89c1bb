"""All device lists together, and the list of devices that nobody has listed yet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from baas.cars.devices import canonical_devices, device_key
from baas.cars.lists import DeviceList, ListedCar, ListMessage, field_columns, read_device_list
from baas.cars.names import spelling
from baas.errors import BaasError

#: columns of a list written for people to complete
NEW_LIST_COLUMNS = ("device_no", "car_type", "model_year")
#: a cell that starts with one of these is run as a formula by spreadsheets
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_DATE = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])(?:[-_.]?([0-2]\d|3[01]))?(?!\d)")


@dataclass(frozen=True)
class KnownCars:
    """What all lists together say; keys are device numbers without leading zeros."""

    cars: Mapping[str, ListedCar]
    messages: tuple[ListMessage, ...] = ()

    def of(self, device_no: str) -> ListedCar | None:
        """The entry of a device, whatever form its number has; None where no list has it."""
        return self.cars.get(device_key(device_no))


def list_date(path: Path) -> str:
    """The date in a list's name as yyyymmdd, empty where it has none.

    >>> list_date(Path("betterwhy_cartype_list_201908.csv")), list_date(Path("aicar_cartype_list.csv"))
    ('20190800', '')
    """
    found = _DATE.search(path.stem)
    return f"{found[1]}{found[2]}{found[3] or '00'}" if found else ""


def _newer_over_older(older: ListedCar, newer: ListedCar) -> ListedCar:
    """The newer entry; what it leaves empty comes from the older one as long as they speak of the same type."""
    if newer.car_type and older.car_type and spelling(newer.car_type) != spelling(older.car_type):
        return newer
    if not newer.car_type and older.car_type:
        return older if newer.model_year is None else replace(older, model_year=newer.model_year)
    return newer if newer.model_year is not None else replace(newer, model_year=older.model_year)


def _conflict(older: ListedCar, newer: ListedCar) -> ListMessage:
    was, now = older.source_path.name, newer.source_path.name
    return ListMessage(
        None,
        newer.device_no,
        f"{newer.device_no} is {newer.car_type} in {now} but {older.car_type} in {was}; the newer list is taken",
        f"{newer.device_no}: {now}에는 {newer.car_type}, {was}에는 {older.car_type}. 최신 목록을 사용합니다",
    )


def merge_device_lists(lists: Iterable[DeviceList]) -> KnownCars:
    """One entry a device; where lists disagree the newest by the date in its name wins, and a message says so."""
    cars: dict[str, ListedCar] = {}
    messages: list[ListMessage] = []
    for one in sorted(lists, key=lambda found: (list_date(found.path), str(found.path))):
        messages.extend(one.messages)
        for car in one.cars:
            key = device_key(car.device_no)
            older = cars.get(key)
            if older and older.car_type and car.car_type and spelling(older.car_type) != spelling(car.car_type):
                messages.append(_conflict(older, car))
            cars[key] = _newer_over_older(older, car) if older else car
    return KnownCars(cars, tuple(messages))


def new_device_list(known: KnownCars, seen: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Rows (NEW_LIST_COLUMNS) for the devices that no list has; `seen` is device -> what the feed calls its type.

    Several forms of one number make one row. The model year is left for people to write.
    """
    form_of = canonical_devices(seen)
    types: dict[str, str] = {}
    for form in sorted(seen):
        types[form_of[form]] = types.get(form_of[form], "") or seen[form].strip()
    return tuple((device, types[device], "") for device in sorted(types) if known.of(device) is None)


def _harmless(cell: str) -> str:
    """The cell as text that no spreadsheet runs; `clean_device_no` takes the apostrophe off again."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _written_out(path: Path, table: Sequence[Sequence[str]]) -> None:
    """The whole file or nothing: readers never see half a list."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(table)
        part.replace(path)
    except OSError as fault:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise BaasError(
            f"{path}: device list cannot be written ({fault.strerror or fault})",
            f"{path}: 단말 목록을 쓸 수 없습니다({fault.strerror or fault})",
        ) from fault


def write_device_list(path: Path, rows: Sequence[tuple[str, str, str]]) -> int:
    """Write rows (NEW_LIST_COLUMNS) as CSV for Excel; the number of rows written.

    Where the file exists its entries stay as they are, also other columns, and only devices it does not have are
    added below; with nothing to add it is not touched. Raises BaasError where it has no column of device numbers.
    """
    if not path.exists():
        _written_out(path, [NEW_LIST_COLUMNS, *([_harmless(cell) for cell in row] for row in rows)])
        return len(rows)
    old = read_device_list(path)
    places = field_columns(old.header)
    if "device_no" not in places:
        raise BaasError(
            f"{path}: has no column of device numbers; it is left alone, move it away",
            f"{path}: 단말번호 열이 없어 그대로 두었습니다. 다른 곳으로 옮기십시오",
        )
    listed = {device_key(car.device_no) for car in old.cars}
    added = [row for row in rows if device_key(row[0]) not in listed]
    if added:
        below = [[""] * len(old.header) for _ in added]
        for cells, row in zip(below, added, strict=True):
            for name, cell in zip(NEW_LIST_COLUMNS, row, strict=True):
                if name in places:
                    cells[places[name]] = _harmless(cell)
        _written_out(path, [old.header, *old.rows, *below])
    return len(added)
