"""Whether times in a server are true UTC or local time written as if it were UTC: evidence, and what to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from baas.errors import BaasError
from baas.influx.config import InfluxConfig
from baas.influx.month import InfluxMonth
from baas.ingest.formats import normalised
from baas.ingest.reader import ReadSettings
from baas.signals import Signals

#: how much is looked at; chosen: enough vehicle-hours to know the night from the day, read in a second or two
_CARS, _DAYS = 8, 6
#: hours of driving needed before the time of day tells anything; chosen: a week of one busy car
_FEWEST_HOURS = 40
#: local hours in which few people drive, and the share of driving there that is odd; chosen: commuters have 1 to 3 %,
#: evenly spread driving has 21 %. Fleets that work at night look odd both ways, and then nothing is said
_NIGHT = (0, 5)
_ODD_SHARE, _TIMES_MORE = 0.2, 4.0
#: messages arrive within this, or late by days; a whole offset off is neither
_DELAY_MS = 30 * 60_000
#: clocks of cars run ahead by less
_AHEAD_MS = 10 * 60_000
_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Evidence:
    """What speaks for local time written as UTC, and what for true UTC: Korean and English, one entry a kind.

    is_needless: there are no rows, or local time is UTC, so that nothing rests on it.
    """

    reasons: tuple[tuple[str, str], ...] = ()
    for_utc: tuple[tuple[str, str], ...] = ()
    is_needless: bool = False

    def ask(self, config: InfluxConfig) -> BaasError | None:
        """The question to the user, where there is one."""
        if not self.reasons or config.stored_time:
            return None
        ko, en = _joined(self.reasons)
        return BaasError(
            f"the times in {config.address} look like local time written as if it were UTC ({en}); set stored_time ="
            ' "local-as-utc" under [influx] in baas.toml if that is so, or stored_time = "utc" if they are true UTC',
            f"{config.address}의 시각은 현지 시각을 UTC인 것처럼 기록한 것으로 보입니다({ko}). 그렇다면 baas.toml의"
            ' [influx]에 stored_time = "local-as-utc"를, 실제 UTC라면 stored_time = "utc"를 적으십시오',
        )

    def notice(self, config: InfluxConfig) -> BaasError | None:
        """That true UTC was assumed, where nothing shows it and nobody said it."""
        if self.reasons or self.for_utc or self.is_needless or config.stored_time:
            return None
        return BaasError(
            f"the times in {config.address} were taken as UTC, though the rows show neither that nor local time written"
            ' as if it were UTC; set stored_time = "utc" or "local-as-utc" under [influx] in baas.toml to settle it',
            f"{config.address}의 시각을 UTC로 보았습니다. 행에는 UTC라는 근거도, 현지 시각을 UTC처럼 기록했다는 근거도"
            ' 없습니다. baas.toml의 [influx]에 stored_time = "utc" 또는 "local-as-utc"를 적어 확정하십시오',
        )

    def taken(self, config: InfluxConfig) -> tuple[str, str]:
        """How the times are taken and why, Korean and English, where there is nothing to ask or to settle."""
        if config.stored_time == "local-as-utc":
            return "시각: UTC처럼 기록한 현지 시각으로 읽습니다(stored_time)", (
                "times are read as local time written as if it were UTC (stored_time)"
            )
        ko, en = ("stored_time",) * 2 if config.stored_time else _joined(self.for_utc)
        return "시각: UTC로 읽습니다" + (f"({ko})" if ko else ""), "times are read as UTC" + (f" ({en})" if en else "")


def _joined(reasons: Sequence[tuple[str, str]]) -> tuple[str, str]:
    return "; ".join(ko for ko, _ in reasons), "; ".join(en for _, en in reasons)


def evidence(months: Sequence[InfluxMonth], settings: ReadSettings, spool: Path, now_ms: int) -> Evidence:
    """The evidence of a sample of cars and days."""
    rows = [part for month in _sample(months) for part in _rows(month, settings, spool)]
    zone = ZoneInfo(settings.timezone)
    if not rows:
        return Evidence(is_needless=not months)
    times = np.concatenate([part.time_ms for part in rows])
    offset_ms = _offset_ms(int(np.median(times)), zone)
    if offset_ms == 0:
        return Evidence(is_needless=True)
    found = (_of_messages(rows, offset_ms), _of_future(times, offset_ms, now_ms), _of_nights(rows, offset_ms))
    speaking = (_of_prompt_messages(rows), _of_nights_at_rest(rows, offset_ms))
    for_local, for_utc = (tuple(reason for reason in reasons if reason) for reasons in (found, speaking))
    return Evidence(for_local, for_utc)


def _sample(months: Sequence[InfluxMonth]) -> list[InfluxMonth]:
    """The last month of some cars, spread over the fleet, and of it the last day and the fullest ones."""
    last = {month.device: month for month in sorted(months, key=lambda month: month.month) if _telling(month)}
    cars = [last[device] for device in sorted(last)]
    found = []
    for month in cars[:: max(1, len(cars) // _CARS)][:_CARS]:
        fullest = sorted(month.windows[:-1], key=lambda window: -window.rows)[: _DAYS - 1]
        windows = tuple(replace(window, rows=0, mark="") for window in (*fullest, month.windows[-1]))
        found.append(replace(month, wanted=replace(month.wanted, fields=_telling(month)), windows=windows))
    return found


def _telling(month: InfluxMonth) -> tuple[str, ...]:
    """Fields that tell when a car drove, or when a message came."""
    sources = month.wanted.form.sources
    names = {
        name for column in ("emobility_spd", "msg_time") if column in sources for name in sources[column].spellings
    }
    return tuple(name for name in month.wanted.fields if normalised(name) in names)


def _rows(month: InfluxMonth, settings: ReadSettings, spool: Path) -> list[Signals]:
    as_sent = replace(month, config=replace(month.config, stored_time="utc"), spool=spool / "sample")
    return [item for item in as_sent.read(settings, 0) if isinstance(item, Signals)]


def _offset_ms(time_ms: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(time_ms / 1000, zone).utcoffset()
    return round(offset.total_seconds() * 1000) if offset else 0


def _of_messages(rows: Sequence[Signals], offset_ms: int) -> tuple[str, str] | None:
    """Messages that seem to have arrived a whole offset before they were measured."""
    delay_ms = _delay_ms(rows)
    if delay_ms is None or abs(delay_ms + offset_ms) > _DELAY_MS:
        return None
    hours = f"{offset_ms / _HOUR_MS:g}"
    return (
        f"수신 시각(msg_time)이 측정 시각보다 {hours}시간 어긋납니다",
        f"msg_time is {hours} h off the time of measurement",
    )


def _of_prompt_messages(rows: Sequence[Signals]) -> tuple[str, str] | None:
    """Messages that arrived when they were measured."""
    delay_ms = _delay_ms(rows)
    if delay_ms is None or abs(delay_ms) > _DELAY_MS:
        return None
    return "수신 시각(msg_time)이 측정 시각과 맞습니다", "msg_time agrees with the time of measurement"


def _delay_ms(rows: Sequence[Signals]) -> float | None:
    """Median time between measurement and arrival, None where no row tells its arrival."""
    delay = np.concatenate([part.column("msg_time").astype(np.float64) - part.time_ms for part in rows])
    delay = delay[np.isfinite(delay)]
    return float(np.median(delay)) if len(delay) else None


def _of_future(times: NDArray[np.int64], offset_ms: int, now_ms: int) -> tuple[str, str] | None:
    """Rows measured later than now, by no more than the offset."""
    ahead = times - now_ms
    count = int(np.count_nonzero((ahead > _AHEAD_MS) & (ahead <= offset_ms + _AHEAD_MS)))
    if not count:
        return None
    return f"아직 오지 않은 시각의 행이 {count:,}개 있습니다", f"{count:,} rows lie in the future"


def _of_nights(rows: Sequence[Signals], offset_ms: int) -> tuple[str, str] | None:
    """Cars that drive at night and sleep by day, unless the times are read as local."""
    as_utc, as_local = _night_shares(rows, offset_ms)
    if not _is_odder(as_utc, as_local):
        return None
    return (
        f"주행 시간의 {as_utc:.0%}가 밤 0~5시가 되며, 현지 시각으로 읽으면 {as_local:.0%}입니다",
        f"{as_utc:.0%} of the hours driven fall between 0 and 5 at night, {as_local:.0%} if the times are local",
    )


def _of_nights_at_rest(rows: Sequence[Signals], offset_ms: int) -> tuple[str, str] | None:
    """Cars that drive by day, and would drive at night if the times were local."""
    as_utc, as_local = _night_shares(rows, offset_ms)
    if not _is_odder(as_local, as_utc):
        return None
    return (
        f"주행 시간의 {as_utc:.0%}가 밤 0~5시이며, 현지 시각으로 읽으면 {as_local:.0%}가 됩니다",
        f"{as_utc:.0%} of the hours driven fall between 0 and 5 at night, {as_local:.0%} if the times were local",
    )


def _is_odder(share: float, other: float) -> bool:
    return share >= _ODD_SHARE and share >= _TIMES_MORE * other


def _night_shares(rows: Sequence[Signals], offset_ms: int) -> tuple[float, float]:
    """Shares of driving at night when the times are UTC and when they are local; zeros of too few hours."""
    hours = [np.unique(part.time_ms[part.column("emobility_spd") > 0] // _HOUR_MS) for part in rows]
    driven = np.concatenate(hours)
    if len(driven) < _FEWEST_HOURS:
        return 0.0, 0.0
    return _night_share((driven + offset_ms // _HOUR_MS) % 24), _night_share(driven % 24)


def _night_share(hour_of_day: NDArray[np.int64]) -> float:
    return float(np.mean((hour_of_day >= _NIGHT[0]) & (hour_of_day < _NIGHT[1])))
