"""One vehicle-month of one measurement as a source of SIGNALS, read exactly as a file is."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from time import time_ns
from zoneinfo import ZoneInfo

import numpy as np

from baas.errors import BaasError
from baas.influx.backend import Ask
from baas.influx.columns import Wanted, lines_in, served
from baas.influx.config import InfluxConfig
from baas.influx.connect import connect
from baas.influx.faults import PassingError
from baas.influx.fetch import Fetcher
from baas.influx.retry import patiently
from baas.influx.spool import Spool, short
from baas.influx.threads import Askers
from baas.influx.windows import Window
from baas.ingest.clock import Clock
from baas.ingest.formats import Format
from baas.ingest.member import MemberReader, report
from baas.ingest.reader import ReadSettings
from baas.ingest.report import FileReport
from baas.ingest.rows import clean_text
from baas.ingest.sniff import header_of
from baas.ingest.text import Lines
from baas.signals import Signals

#: windows asked for at the same time; measured: two keep a server busy while rows are parsed, more only cost memory
_IN_FLIGHT = 2


@dataclass(frozen=True)
class InfluxMonth:
    """Rows of one device in one local month of one measurement.

    name: as in files.csv. size: rows by the fullest counted field. windows: in order of time. spool: folder for windows
    of months that are not finished. stays: windows are kept after reading, because the month will grow.
    """

    config: InfluxConfig
    wanted: Wanted
    device: str
    month: str
    windows: tuple[Window, ...]
    spool: Path = Path()
    stays: bool = False

    @property
    def name(self) -> str:
        """The source as people see it; a slash in a device number, which would look like a folder, as in an address."""
        device = self.device.replace("%", "%25").replace("/", "%2F")
        return f"influx/{self.wanted.measurement}/{self.month}/{device}"

    @property
    def place(self) -> str:
        """What tells this source from all others, whatever it holds at the moment."""
        said = (self.config.address, self.wanted.measurement, self.config.device_tag, self.device, self.month)
        return "influx:" + "|".join(said)

    @property
    def folder(self) -> Path:
        """Where windows lie that were read before the month is finished."""
        return self.spool / short(self.place)

    @property
    def size(self) -> int:
        """Rows, as counted by the server."""
        return sum(window.rows for window in self.windows)

    @property
    def expected_bytes(self) -> int:
        """Bytes that will come, about: a number of the feed has six characters."""
        return self.size * (len(self.wanted.fields) * 6 + 40)

    @property
    def mtime_ns(self) -> int:
        """A number that changes with what the counts say; one of its own for a month that is read again anyway."""
        return time_ns() if self.is_open else int(self.content()[:15], 16)

    @property
    def hint(self) -> tuple[str, str]:
        """Device and month that all rows have."""
        return clean_text(self.device.encode()) or self.device, self.month

    @property
    def is_open(self) -> bool:
        """Whether some windows are read again whatever is known."""
        return any(not window.mark for window in self.windows)

    def content(self) -> str:
        """Hash of the counts and of what is read: another one when either changes; "" if open."""
        if self.is_open:
            return ""
        spellings = {window.spelling for window in self.windows}
        read = {name for spelling in spellings for name in self.wanted.spelled(spelling)}
        said = [self.place, self.config.stored_time, self.config.type_tag, *sorted(read)]
        said += [f"{w.start_ms}:{w.stop_ms}:{w.mark}" for w in self.windows]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def read(self, settings: ReadSettings, source_base: int) -> Iterator[Signals | FileReport]:
        """SIGNALS chunks of the month and then its report, as `read_file` does for a file."""
        connection = connect(self.config)
        spool = Spool(self.folder)
        form = served(_declared(self.wanted, settings.formats), connection.backend.time_format)
        reading = _Reading(self, form, settings)
        for blocks, digest in self._texts(Fetcher(connection.backend, self.config), spool, connection.backend.api):
            yield from reading.signals(blocks, digest, source_base)
        yield reading.report()
        if self.stays:
            spool.only(frozenset(self._file(window, connection.backend.api) for window in self.windows if window.mark))
            spool.pack()
        else:
            spool.clear()

    def _file(self, window: Window, api: str) -> str:
        fields = self.wanted.spelled(window.spelling)
        said = (api, self.config.type_tag, str(window.start_ms), str(window.stop_ms), window.mark, *fields)
        return f"{window.start_ms}-{short('|'.join(said))}.csv"

    def _rows(self, fetcher: Fetcher, window: Window) -> list[bytes]:
        """Rows of a window. Fewer than were counted are no answer, unless as many have been deleted since."""
        fields = self.wanted.spelled(window.spelling)
        ask = Ask(self.wanted.measurement, self.device, window.start_ms, window.stop_ms, fields)
        counted = tuple(name for name in self.wanted.counted if name in fields)

        def whole() -> list[bytes]:
            blocks = fetcher.rows(ask)
            came = lines_in(blocks)
            if came < window.rows and counted:
                there = fetcher.counted(replace(ask, fields=counted))
                if came < there:
                    raise PassingError(f"{came:,} rows came of {there:,}")
            return blocks

        return patiently(self.config, f"{ask.measurement} {self.device!r}", whole)

    def _texts(self, fetcher: Fetcher, spool: Spool, api: str) -> Iterator[tuple[list[bytes], bytes]]:
        """CSV of one window after the other, and its hash; the next ones are on their way meanwhile."""

        def text(window: Window) -> tuple[list[bytes], bytes]:
            kept = spool.get(self._file(window, api)) if window.mark else None
            if kept is not None and lines_in(kept[:1]) >= window.rows:
                return [kept[0]], kept[1]
            blocks = self._rows(fetcher, window)
            digest = hashlib.sha256()
            for block in blocks:
                digest.update(block)
            if window.mark:
                spool.put(self._file(window, api), blocks, digest.digest())
            return blocks, digest.digest()

        with Askers(_IN_FLIGHT) as threads:
            coming: list[Future[tuple[list[bytes], bytes]]] = []
            for window in self.windows:
                coming.append(threads.submit(text, window))
                if len(coming) > _IN_FLIGHT:
                    yield coming.pop(0).result()
            while coming:
                yield coming.pop(0).result()


def _declared(wanted: Wanted, formats: tuple[Format, ...]) -> Format:
    """The declared format as this run knows it."""
    return next((form for form in formats if form.name == wanted.form.name), wanted.form)


class _Reading:
    """The state of reading one month: one reader over all windows, one report."""

    def __init__(self, month: InfluxMonth, form: Format, settings: ReadSettings) -> None:
        self._month, self._form, self._settings = month, form, settings
        self._digest = hashlib.sha256()
        self._reader: MemberReader | None = None
        self._lines = Lines(io.BytesIO().read, settings.block_bytes)
        self._header = b""
        self._clock = Clock(ZoneInfo(settings.timezone))

    def signals(self, blocks: list[bytes], digest: bytes, source: int) -> Iterator[Signals]:
        """SIGNALS of one window."""
        rest = iter([block for block in blocks if block])
        first = next(rest, None)
        if first is None:
            return
        self._digest.update(digest)
        reader = self._reader_of(first)
        coming = filter(None, map(self._without_header, chain((first,), rest)))
        self._lines = Lines(lambda _count: next(coming, b""), self._settings.block_bytes)
        for block in self._lines:
            for part in reader.signals(block, source):
                yield self._in_utc(part)

    def _without_header(self, block: bytes) -> bytes:
        """A block without the header of every part, where the header does not tell the device."""
        return block.replace(self._header, b"") if self._header and block.startswith(self._header) else block

    def _reader_of(self, data: bytes) -> MemberReader:
        """The reader, ready for the columns of a window that has rows; where no column tells the device, we do."""
        line = data[: data.index(b"\n") + 1]
        if self._reader and line == (self._header or line):
            return self._reader
        layout = header_of(line.rstrip(b"\n"), (self._form,))
        if layout is None:
            raise BaasError(
                f"{self._month.name}: the server answered columns that were not asked for: {line[:200]!r}",
                f"{self._month.name}: 서버가 묻지 않은 열을 답했습니다: {line[:200]!r}",
            )
        if layout.device is None:
            self._header = line
            layout = replace(layout, device_text=clean_text(self._month.device.encode()) or "")
        if self._reader:
            self._reader.turn(layout)
        else:
            zone = ZoneInfo(self._settings.timezone)
            self._reader = MemberReader(self._month.name, layout, 0, (self._form,), zone)
        return self._reader

    def _in_utc(self, part: Signals) -> Signals:
        """The rows with their times in UTC, where the server holds local times."""
        if self._month.config.stored_time != "local-as-utc":
            return part
        return replace(part, time_ms=self._clock.to_utc(np.asarray(part.time_ms, dtype=np.int64)))

    def report(self) -> FileReport:
        """What became of the rows of all windows."""
        name, form = self._month.name, self._form.name
        if self._reader is None:
            empty = "", "서버에 행이 없습니다", "no rows in the server"
            return FileReport(name, "empty", empty[1], empty[2], format=form, encoding="utf-8")
        told = report(name, self._reader.tally, self._lines, self._digest.hexdigest())
        unread = (name for window in self._month.windows for name in window.unread)
        return replace(told, unknown_columns=tuple(dict.fromkeys((*self._month.wanted.unused, *unread))))
