"""Arguments and environment -> one frozen Settings; every path of the product is written here."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from baas.errors import BaasError

ROOT = Path(__file__).resolve().parent.parent
CONFIG_FILE = "baas.toml"
ENVIRONMENT_PREFIX = "BAAS_"


@dataclass(frozen=True)
class Settings:
    """All that a run can be told. Defaults are those of a fresh clone."""

    source: str = "auto"
    inputs: tuple[Path, ...] = (Path("db datasets"),)
    output: Path = Path("results") / "vehicle_scores.csv"
    car_types: Path = Path("car_types")
    formats: tuple[Path, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    vehicles: tuple[str, ...] = ()
    jobs: int = 0
    executor: str = "local"
    scheduler: str = ""
    full: bool = False
    timezone: str = "Asia/Seoul"
    lang: str = "ko"
    quiet: bool = False
    #: most bytes one archive may expand to, and the most it may expand by; chosen: a month of 100 cars is about 5 GB
    #: and real CSV shrinks 5 to 30 times
    archive_limit_bytes: int = 20_000_000_000
    archive_ratio_limit: float = 300.0
    host: str = "127.0.0.1"
    port: int = 5000
    results: Path = Path("results")
    #: names, besides its own, that the dashboard answers to, such as the name of a proxy before it
    hosts: tuple[str, ...] = ()
    influx: Mapping[str, Any] = field(default_factory=dict)
    #: how to ask the server; "" as [influx] says
    influx_api: str = ""
    #: rows of the server from this local day on are read again, whatever is known
    since: date | None = None

    @property
    def results_folder(self) -> Path:
        """The folder that holds every result file of a run."""
        return self.output.parent

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which naive times are read and days are counted."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
            raise BaasError(
                f"unknown time zone {self.timezone!r}: use a name such as Asia/Seoul or UTC",
                f"알 수 없는 시간대 {self.timezone!r}: Asia/Seoul이나 UTC 같은 이름을 쓰십시오",
            ) from fault


#: settings whose option has another name
_OPTIONS = {"first_day": "from", "last_day": "to", "inputs": "input"}
#: settings of which only some values mean anything
_CHOICES = {
    "source": ("auto", "csv", "influx"),
    "executor": ("local", "dask"),
    "lang": ("ko", "en"),
    "influx_api": ("auto", "influxql", "flux"),
}
_DAYS = (": write a day as YYYY-MM-DD", ": 날짜는 YYYY-MM-DD로 쓰십시오")
_HINTS = {
    "first_day": _DAYS,
    "since": _DAYS,
    "last_day": _DAYS,
    "jobs": (": give a number of processes, 0 for as many as cores", ": 프로세스 수를 쓰십시오(0은 코어 수만큼)"),
    **{
        name: (f": use {' or '.join(words)}", f": {', '.join(words)} 중에서 쓰십시오")
        for name, words in _CHOICES.items()
    },
}
_PATHS = {"output", "car_types", "results"}
_PATH_LISTS = {"inputs", "formats"}


def _parsed(name: str, value: Any, where: str) -> Any:
    """A setting's value of the right type, from text or TOML; `where` names the place that gave it."""
    try:
        return _converted(name, value)
    except (ValueError, TypeError, AttributeError) as fault:
        hint_en, hint_ko = _HINTS.get(name, ("", ""))
        raise BaasError(
            f"{where} cannot be {value!r}{hint_en}", f"{where}: {value!r}은(는) 쓸 수 없습니다{hint_ko}"
        ) from fault


def _converted(name: str, value: Any) -> Any:
    """A value of the right type. Raises ValueError, TypeError or AttributeError for one that is not possible."""
    kind = {item.name: item.type for item in fields(Settings)}[name]
    if name in _PATHS:
        return Path(value)
    if name in _PATH_LISTS:
        return tuple(Path(item) for item in (value.split(os.pathsep) if isinstance(value, str) else value))
    if name in ("vehicles", "hosts"):
        return tuple(value.split(",") if isinstance(value, str) else map(str, value))
    if name in ("first_day", "last_day", "since"):
        return value if isinstance(value, date) else date.fromisoformat(value)
    if name in _CHOICES and value not in _CHOICES[name]:
        raise ValueError(value)
    if kind == "bool":
        return value if isinstance(value, bool) else value.lower() in ("1", "true", "yes", "on")
    if kind in ("int", "float"):
        number = int(value) if kind == "int" else float(value)
        if not number >= 0:
            raise ValueError(value)
        return number
    return value


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise BaasError(
            f"{path}: not readable as TOML ({fault}); mend or remove it",
            f"{path}: TOML로 읽을 수 없습니다({fault}). 고치거나 지우십시오",
        ) from fault
    known = {item.name for item in fields(Settings)}
    if unknown := set(table) - known:
        names, all_names = ", ".join(sorted(unknown)), ", ".join(sorted(known))
        raise BaasError(
            f"{path}: unknown settings {names}; known: {all_names}",
            f"{path}: 모르는 설정 {names}. 아는 설정: {all_names}",
        )
    return {name: _parsed(name, value, f"{path}: {name}") for name, value in table.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in fields(Settings):
        text = environment.get(ENVIRONMENT_PREFIX + item.name.upper())
        if text is not None and item.name != "influx":
            found[item.name] = _parsed(item.name, text, ENVIRONMENT_PREFIX + item.name.upper())
    return found


def load(
    arguments: Mapping[str, Any], environment: Mapping[str, str] | None = None, config: Path = Path(CONFIG_FILE)
) -> Settings:
    """Settings from `baas.toml`, then the environment, then the command line; the later one wins.

    `arguments` holds only what the user gave. Raises BaasError naming the place of a wrong value.
    """
    values = _from_file(config) | _from_environment(os.environ if environment is None else environment)
    given = {name: _parsed(name, value, _option(name)) for name, value in arguments.items()}
    if "inputs" in given and (values | given).get("source", "auto") == "auto":
        given["source"] = "csv"  # the command line names files: it wins over a server in the file or the environment
    settings = Settings(**(values | given))
    settings.zone  # noqa: B018  (an unknown zone must stop the program before any file is read)
    if settings.first_day and settings.last_day and settings.first_day > settings.last_day:
        raise BaasError(
            f"--from {settings.first_day} lies after --to {settings.last_day}",
            f"--from {settings.first_day}이(가) --to {settings.last_day}보다 늦습니다",
        )
    return settings


def _option(name: str) -> str:
    """The command-line option of a setting."""
    return "--" + _OPTIONS.get(name, name).replace("_", "-")
