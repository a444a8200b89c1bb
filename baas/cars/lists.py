"""Device lists: which device is which car type and model year, as people keep them in spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baas.cars.devices import clean_device_no, device_key
from baas.cars.names import spelling
from baas.cars.types import FIRST_MODEL_YEAR, LAST_MODEL_YEAR
from baas.errors import BaasError

_LIST_NAME = re.compile(r"car_?type_?list.*\.csv$", re.IGNORECASE)
_DELIMITERS = ",\t;|"
_ENCODINGS = ("utf-8-sig", "cp949")  # cp949 contains euc-kr
_FOOTER = re.compile(r"\(\d+ ?(?:rows?|개 ?행|행)\)")

#: our column -> headings seen in real lists, in any case, spacing or punctuation; the first that is there counts
_HEADINGS = {
    "device_no": "device_no device_id device clientid 단말번호 단말기번호 단말id 단말기id 단말기 기기번호 장치번호",
    "car_type": "car_type car_model vehicle_type model 차종 차종명 차량종류 차량모델 모델명 모델",
    "model_year": "model_year year 연식 년식 모델연도 모델년도",
    "model_month": "model_month 연식월 출고월 생산월",
}


@dataclass(frozen=True)
class ListMessage:
    """One thing about a list that a person should know; `line` is the line of the file, None for all of it."""

    line: int | None
    device_no: str
    en: str
    ko: str


@dataclass(frozen=True)
class ListedCar:
    """What a list says of one device. `row` is its place in `rows` of the list it was read from."""

    device_no: str
    car_type: str
    model_year: int | None
    source_path: Path
    row: int


@dataclass(frozen=True)
class DeviceList:
    """A list as it was found: all its columns and rows as text, and what was understood of them."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cars: tuple[ListedCar, ...]
    messages: tuple[ListMessage, ...]


def is_device_list(path: Path) -> bool:
    """Whether a file is a device list by its name (betterwhy_cartype_list_201908.csv, aicar_cartype_list.csv)."""
    return bool(_LIST_NAME.search(path.name))


def field_columns(header: Sequence[str]) -> dict[str, int]:
    """Our columns -> their place in a header."""
    places = {spelling(cell): index for index, cell in reversed(list(enumerate(header)))}
    found: dict[str, int] = {}
    for field, words in _HEADINGS.items():
        place = next((places[one] for one in map(spelling, words.split()) if one in places), None)
        if place is not None:
            found[field] = place
    return found


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise BaasError(
            f"{path}: device list cannot be read ({fault.strerror or fault})",
            f"{path}: 단말 목록을 읽을 수 없습니다({fault.strerror or fault})",
        ) from fault
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BaasError(
        f"{path}: device list is neither UTF-8 nor CP949; save it as CSV UTF-8",
        f"{path}: 단말 목록이 UTF-8도 CP949도 아닙니다. CSV UTF-8로 저장하십시오",
    )


def _lines(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """(line number, cells) of every line that holds data or the header, by the delimiter that the header fits best."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=lambda one: (len(field_columns(head.split(one))), head.count(one)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, cells) for cells in reader if not _is_rule(cells)]
    except csv.Error as fault:
        raise BaasError(
            f"{path}: device list is not a table of text ({fault})",
            f"{path}: 단말 목록이 글로 된 표가 아닙니다({fault})",
        ) from fault


def _is_rule(cells: Sequence[str]) -> bool:
    """Blank lines, dashed rules under a header, and "(4 rows)" footers."""
    text = "".join(cells).strip()
    return not text.strip("-+ ") or _FOOTER.fullmatch(text) is not None


def model_year_from(year: str, month: str = "") -> int | None:
    """The model year in "2021", "21년식", "2021.0", "2021-03" or "202103"; `month` helps where `year` is empty.

    >>> model_year_from("21년식"), model_year_from("", "202203"), model_year_from("new")
    (2021, 2022, None)
    """
    digits = re.search(r"\d+", year.strip() or month)
    text = digits[0] if digits else ""
    if len(text) == 2 and year.strip():
        text = f"20{text}"
    number = int(text[:4]) if len(text) in (4, 6, 8) else 0
    return number if FIRST_MODEL_YEAR <= number <= LAST_MODEL_YEAR else None


class _Reading:
    """Rows of one list on their way to ListedCar, gathering messages."""

    def __init__(self, path: Path, places: Mapping[str, int]) -> None:
        self.path, self.places = path, places
        self.messages: list[ListMessage] = []
        self.cars: dict[str, tuple[int, ListedCar]] = {}

    def tell(self, line: int | None, device_no: str, en: str, ko: str) -> None:
        self.messages.append(ListMessage(line, device_no, en, ko))

    def device(self, line: int, cell: str) -> str:
        device_no, damage = clean_device_no(cell)
        if damage == "lost":
            self.tell(
                line,
                "",
                f"device number {cell.strip()} has lost digits in a spreadsheet; write it again as text",
                f"단말번호 {cell.strip()}은(는) 엑셀에서 자릿수가 사라졌습니다. 텍스트 형식으로 다시 입력해 주세요",
            )
        elif damage == "formula":
            self.tell(
                line,
                device_no,
                f"device number {device_no!r} looks like a formula; it is kept as text",
                f"단말번호 '{device_no}'은(는) 수식처럼 보입니다. 텍스트로만 다룹니다",
            )
        elif not device_no:
            self.tell(line, "", "row without a device number", "단말번호가 없는 행입니다")
        return device_no

    def year(self, line: int, device_no: str, year: str, month: str) -> int | None:
        found = model_year_from(year.strip(), month.strip())
        if found is None and year.strip():
            self.tell(
                line,
                device_no,
                f"model year {year.strip()!r} of {device_no} is not a year",
                f"{device_no}의 연식 '{year.strip()}'을(를) 연도로 읽을 수 없습니다",
            )
        return found

    def add(self, row: int, line: int, cells: Sequence[str]) -> None:
        text = {field: cells[place] for field, place in self.places.items()}
        device_no = self.device(line, text["device_no"])
        if not device_no:
            return
        year = self.year(line, device_no, text.get("model_year", ""), text.get("model_month", ""))
        car = ListedCar(device_no, text.get("car_type", "").strip(), year, self.path, row)
        key = device_key(device_no)
        if key in self.cars:
            self.twice(line, *self.cars[key], car)
            car = car if car.car_type or not self.cars[key][1].car_type else self.cars[key][1]
        self.cars[key] = (line, car)

    def twice(self, line: int, first_line: int, first: ListedCar, car: ListedCar) -> None:
        en, ko = "twice with the same entry", "같은 내용으로 두 번"
        if (spelling(first.car_type), first.model_year) != (spelling(car.car_type), car.model_year):
            en = "twice with different entries; the later one that names a type is taken"
            ko = "서로 다른 내용으로 두 번 (차종이 적힌 뒤의 행을 사용)"
        self.tell(
            line,
            car.device_no,
            f"{car.device_no} is listed {en} (lines {first_line} and {line})",
            f"{car.device_no}이(가) {ko} 있습니다 ({first_line}행, {line}행)",
        )


def read_device_list(path: Path) -> DeviceList:
    """A device list in UTF-8 or CP949, with commas, tabs, semicolons or pipes, Korean or English headings.

    Faults in rows become messages. Raises BaasError where the file cannot be read as a table at all.
    """
    lines = _lines(path, _decoded(path))
    if not lines:
        return DeviceList(path, (), (), (), (ListMessage(None, "", "the list is empty", "빈 목록입니다"),))
    width = max(len(cells) for _, cells in lines)
    whole = [(line, tuple(cells) + ("",) * (width - len(cells))) for line, cells in lines]
    header = whole[0][1]
    data = [(line, cells) for line, cells in whole[1:] if cells != header]
    places = field_columns(header)
    reading = _Reading(path, places)
    if "device_no" in places:
        for row, (line, cells) in enumerate(data):
            reading.add(row, line, cells)
    else:
        reading.tell(None, "", "no column of device numbers (device_no)", "단말번호(device_no) 열이 없습니다")
    cars = tuple(car for _, car in reading.cars.values())
    return DeviceList(path, header, tuple(cells for _, cells in data), cars, tuple(reading.messages))
