"""One run of the scorer as the dashboard sees it, loaded whole; a newer run replaces it, a mixture is never seen."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baas.cars.devices import device_key
from baas.schema import Table
from baas.tables.files import RUN_FILE, STORE_NAME, STORE_VERSION
from baas.tables.results import DATA_QUALITY, FILES, FINDINGS, SCORE_LINES, VEHICLE_SCORES
from baas.web.loading import Loaded, Problem, Row, read_table
from baas.web.sources import Sources

_TABLES = {
    "vehicle_scores.csv": VEHICLE_SCORES,
    "score_lines.csv": SCORE_LINES,
    "data_quality.csv": DATA_QUALITY,
    "files.csv": FILES,
    "findings.csv": FINDINGS,
}
SCORES_FILE = "vehicle_scores.csv"
#: times a load is begun again because the scorer published meanwhile; chosen: runs are minutes apart
_ATTEMPTS = 4
_AGAIN_KO = "vehicle_battery_scorer.py를 다시 실행하면 온전한 결과로 바뀝니다."
_AGAIN_EN = "Run vehicle_battery_scorer.py again to replace it with whole results."


@dataclass(frozen=True)
class Fleet:
    """The results of one run. Rows are those of the result tables; documents and spreads come from the store."""

    run_id: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    vehicles: tuple[Row, ...] = ()
    lines: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    quality: Mapping[str, Row] = field(default_factory=dict)
    sources: Sources = field(default_factory=Sources)
    findings: tuple[Row, ...] = ()
    findings_of: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    documents: Mapping[str, Any] = field(default_factory=dict)
    spreads: Mapping[tuple[str, str], Row] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    has_days: bool = False
    place: Mapping[str, int] = field(default_factory=dict)
    #: latest row of any vehicle, local time; empty without vehicles
    last_time: str = ""

    def vehicle(self, device_no: str) -> Row | None:
        """The row of a vehicle, by any form of its number."""
        at = self.place.get(device_key(device_no))
        return None if at is None else self.vehicles[at]

    @property
    def borders(self) -> tuple[tuple[str, float], ...]:
        """Grade letters with the least points of each, the best first; empty where the run does not tell."""
        methods = self.documents.get("methods") or {}
        return tuple((str(letter), float(least)) for letter, least, _ in methods.get("grades", ()))

    @property
    def simulated(self) -> frozenset[str]:
        """Devices that never drove: their data come from the simulator."""
        return frozenset(map(str, self.about.get("simulated_devices", ())))


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """The store, read only; everything read in the block belongs to one run."""
    path = (folder / STORE_NAME).resolve()
    if not path.is_file():
        raise sqlite3.OperationalError("no store")
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None)
    db.row_factory = sqlite3.Row
    try:
        db.execute("BEGIN")
        yield db
    finally:
        db.close()


def current_run(db: sqlite3.Connection) -> tuple[str, str]:
    """Id of the run that readers see, and the folder in which its files may still lie; empty before the first."""
    found = db.execute("SELECT run_id, staged FROM runs ORDER BY rowid DESC LIMIT 1").fetchone()
    return (found[0], found[1]) if found else ("", "")


class Reader:
    """The results folder; hands out the current run and remembers it until there is a newer one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._known: tuple[object, Fleet] | None = None

    def fleet(self) -> Fleet:
        """The current run, whole."""
        with self._lock:
            for _ in range(_ATTEMPTS):
                mark = self._mark()
                if self._known and self._known[0] == mark:
                    return self._known[1]
                loaded = load(self.folder)
                if self._mark() == mark:
                    break
            self._known = (mark, loaded)
            return loaded

    @contextmanager
    def days(self, fleet: Fleet) -> Iterator[sqlite3.Connection | None]:
        """The store of that run; None where it has none or a newer run has replaced it."""
        if not fleet.has_days:
            yield None
            return
        with reading(self.folder) as db:
            yield db if current_run(db)[0] == fleet.run_id else None

    def _mark(self) -> object:
        """What changes whenever another run is published or a file is edited."""
        try:
            with reading(self.folder) as db:
                run = current_run(db)
        except sqlite3.Error:
            run = ("", "")
        return run, tuple(_stamp(self.folder / name) for name in (RUN_FILE, *_TABLES)), _stamp(self.folder / run[1])


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _content(folder: Path, staged: str, name: str) -> bytes | None:
    """A file of the current run: while it is being put in place, it lies in the staged folder."""
    for path in (*([folder / staged / name] if staged else []), folder / name):
        try:
            return path.read_bytes()
        except OSError:
            continue
    return None


def load(folder: Path) -> Fleet:
    """Everything that pages need of the current run; what is missing or odd becomes a Problem."""
    problems: list[Problem] = []
    store = _from_store(folder, problems)
    staged = store.get("staged", "")
    about = _about(_content(folder, staged, RUN_FILE), problems)
    run_id = store.get("run_id", "")
    if run_id and about.get("run_id") not in (run_id, None):
        problems.append(
            Problem(
                STORE_NAME,
                f"일별 자료와 결과 파일이 서로 다른 실행의 것입니다. {_AGAIN_KO}",
                f"Day tables and result files belong to different runs. {_AGAIN_EN}",
            )
        )
        store["has_days"] = False
    names = {name: _scores_file(about) if name == SCORES_FILE else name for name in _TABLES}
    tables = {name: _table(folder, staged, names[name], table, about, problems) for name, table in _TABLES.items()}
    vehicles = tables[SCORES_FILE].rows
    return Fleet(
        run_id=run_id or str(about.get("run_id", "")),
        about=about,
        vehicles=vehicles,
        lines=_by_device(tables["score_lines.csv"].rows),
        quality={device_key(row["device_no"]): row for row in tables["data_quality.csv"].rows},
        sources=Sources(tables["files.csv"].rows),
        findings=tables["findings.csv"].rows,
        findings_of=_by_device(tables["findings.csv"].rows),
        documents=store.get("documents", {}),
        spreads=store.get("spreads", {}),
        problems=tuple(problems),
        has_days=bool(store.get("has_days")),
        last_time=max((row["last_time"] or "" for row in vehicles), default=""),
        place={device_key(row["device_no"]): at for at, row in enumerate(vehicles)},
    )


def _scores_file(about: Mapping[str, Any]) -> str:
    """Name of the table of scores, which --output may have changed; never a path."""
    files = about.get("files")
    asked = Path(str(about.get("scores_file", ""))).name
    return asked if isinstance(files, dict) and asked in files else SCORES_FILE


def _by_device(rows: Sequence[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(device_key(row["device_no"]), []).append(row)
    return grouped


def _about(content: bytes | None, problems: list[Problem]) -> dict[str, Any]:
    if content is None:
        return {}
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    problems.append(
        Problem(RUN_FILE, f"읽을 수 없습니다(복사 중 끊김?). {_AGAIN_KO}", f"Not readable (half copied?). {_AGAIN_EN}")
    )
    return {}


def _table(
    folder: Path, staged: str, name: str, table: Table, about: Mapping[str, Any], problems: list[Problem]
) -> Loaded:
    """One result file; a missing, edited or older one is told."""
    content = _content(folder, staged, name)
    if content is None:
        if about or table is VEHICLE_SCORES:
            problems.append(Problem(name, f"파일이 없습니다. {_AGAIN_KO}", f"The file is missing. {_AGAIN_EN}"))
        return Loaded()
    hashes = about.get("files")
    told = hashes.get(name) if isinstance(hashes, dict) else None
    if told and hashlib.sha256(content).hexdigest() != told:
        problems.append(
            Problem(
                name,
                f"실행 뒤에 바뀐 파일입니다(편집 또는 복사 중 끊김). {_AGAIN_KO}",
                f"Changed after the run (edited, or half copied). {_AGAIN_EN}",
            )
        )
    loaded = read_table(name, content, table)
    problems.extend(loaded.problems)
    return loaded


def _from_store(folder: Path, problems: list[Problem]) -> dict[str, Any]:
    """Run id, documents and spreads; empty with a Problem where the store cannot be used."""
    if not (folder / STORE_NAME).is_file():
        if (folder / SCORES_FILE).is_file():
            problems.append(
                Problem(
                    STORE_NAME,
                    f"일별 자료가 없어 달력·셀·주행 이력을 볼 수 없습니다. {_AGAIN_KO}",
                    f"No day tables: calendars, cells and history cannot be shown. {_AGAIN_EN}",
                )
            )
        return {}
    try:
        with reading(folder) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version != STORE_VERSION:
                problems.append(_older(version))
                return {}
            run_id, staged = current_run(db)
            return {"run_id": run_id, "staged": staged, **_summaries(db)}
    except (sqlite3.Error, ValueError) as fault:
        problems.append(
            Problem(
                STORE_NAME,
                f"일별 자료를 읽을 수 없습니다({fault}). {_AGAIN_KO}",
                f"The day tables cannot be read ({fault}). {_AGAIN_EN}",
            )
        )
        return {}


def _older(version: int) -> Problem:
    return Problem(
        STORE_NAME,
        f"다른 버전({version})의 일별 자료입니다. 이 버전은 {STORE_VERSION}입니다. {_AGAIN_KO}",
        f"The day tables are of version {version}, this program is of {STORE_VERSION}. {_AGAIN_EN}",
    )


def _summaries(db: sqlite3.Connection) -> dict[str, Any]:
    documents = {name: json.loads(text) for name, text in db.execute("SELECT name, text FROM documents")}
    spreads = {(row["car_type"], row["name"]): dict(row) for row in db.execute("SELECT * FROM score_spread")}
    return {"documents": documents, "spreads": spreads, "has_days": True}
