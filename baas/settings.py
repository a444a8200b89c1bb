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
    influx: Mapping[str, Any] = field(default_factory=dict)

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
            raise BaasError(f"unknown time zone {self.timezone!r}: use a name such as Asia/Seoul or UTC") from fault


_PATHS = {"output", "car_types", "results"}
_PATH_LISTS = {"inputs", "formats"}


def _parsed(name: str, value: Any, where: str) -> Any:
    """A setting's value of the right type, from text or TOML."""
    kinds = {item.name: item.type for item in fields(Settings)}
    try:
        if name in _PATHS:
            return Path(value)
        if name in _PATH_LISTS:
            return tuple(Path(item) for item in (value.split(os.pathsep) if isinstance(value, str) else value))
        if name == "vehicles":
            return tuple(value.split(",") if isinstance(value, str) else map(str, value))
        if name in ("first_day", "last_day"):
            return value if isinstance(value, date) else date.fromisoformat(value)
        kind = kinds[name]
        if kind == "bool":
            return value if isinstance(value, bool) else value.lower() in ("1", "true", "yes", "on")
        if kind in ("int", "float"):
            return int(value) if kind == "int" else float(value)
    except (ValueError, TypeError, AttributeError) as fault:
        raise BaasError(f"{where}: {name} cannot be {value!r}") from fault
    return value


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise BaasError(f"{path}: not readable as TOML ({fault}); mend or remove it") from fault
    known = {item.name for item in fields(Settings)}
    if unknown := set(table) - known:
        raise BaasError(f"{path}: unknown settings {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
    return {name: _parsed(name, value, str(path)) for name, value in table.items()}


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
    given = {name: _parsed(name, value, "--" + name.replace("_", "-")) for name, value in arguments.items()}
    settings = Settings(**(values | given))
    settings.zone  # noqa: B018  (an unknown zone must stop the program before any file is read)
    return settings
