"""What a run says to people: progress, what went wrong with which file, a summary."""

from __future__ import annotations

import sys
from collections import Counter
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baas.ingest.reader import FileReport
    from baas.outputs import Outcome
    from baas.settings import Settings

#: what a run does, in English and Korean
_STAGES = {
    "list": ("looking", "목록"), "rows": ("reading", "읽기"), "read": ("reading", "읽기"), "score": ("scoring", "평가"),
}  # fmt: skip
#: how fast a stage is, in what it counts; bytes of files are told as MB
_RATES = {
    "rows": ("{:,.0f} rows/s", "{:,.0f}행/s"), "read": ("{:,.1f} MB/s", "{:,.1f} MB/s"),
    "score": ("{:,.0f} vehicles/s", "{:,.0f}대/s"),
}  # fmt: skip
_SCALES = {"read": 1e-6}
#: lines of the summary, in English and Korean
_ROWS = (
    "rows {read:,} = used {used:,} + duplicate {duplicate:,} + rejected {rejected:,}",
    "행 {read:,} = 사용 {used:,} + 중복 {duplicate:,} + 제외 {rejected:,}",
)
_FILES = ("{:,} files, {:,} read anew", "파일 {:,}개, 새로 읽음 {:,}개")
_SERVER = (
    "{}: {:,} vehicle-months (BMS and GPS counted apart), {:,} read anew",
    "{}: 차량-월 {:,}개(BMS·GPS 각각), 새로 읽음 {:,}개",
)
_FINDINGS = ("findings: {} critical, {} warning, {} info", "발견 사항: 위험 {}, 경고 {}, 참고 {}")
#: lines on the terminal about files; the rest is in files.csv; chosen: fits a screen
_MOST_COMPLAINTS = 20


def _rate(stage: str, per_s: float, lang: str) -> str:
    """How fast a stage is, "" where that tells nothing.

    >>> _rate("rows", 245_678.9, "ko"), _rate("read", 61_500_000, "en"), _rate("list", 3, "en")
    ('245,679행/s', '61.5 MB/s', '')
    """
    return _RATES[stage][lang == "ko"].format(per_s * _SCALES.get(stage, 1)) if stage in _RATES else ""


class Progress:
    """A progress bar on a terminal, silence elsewhere."""

    def __init__(self, quiet: bool | None, lang: str = "ko") -> None:
        self._bar: Any = None
        self._lang = lang
        self._tasks: dict[str, Any] = {}
        #: when each stage was first heard of [s], and how far it was then
        self._begun: dict[str, tuple[float, int]] = {}
        if not quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

            columns = (
                "{task.description}",
                BarColumn(),
                TaskProgressColumn(),
                "{task.fields[rate]}",
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)

    def tell(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is and how fast: bytes of files, rows of a server, vehicles while scoring."""
        if self._bar is None:
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(_STAGES[stage][self._lang == "ko"], total=total, rate="")
            self._begun[stage] = monotonic(), done
        begun_s, before = self._begun[stage]
        seconds = monotonic() - begun_s
        rate = _rate(stage, (done - before) / seconds, self._lang) if done > before and seconds > 0 else ""
        self._bar.update(self._tasks[stage], completed=done, total=total, rate=rate)

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def _told(report: FileReport, outcome: Outcome, lang: str) -> str:
    from baas.outputs.words import said

    ko, en = said(report, outcome.counts.rejected(report))
    return ko if lang == "ko" else en


def _file_lines(outcome: Outcome, lang: str) -> list[str]:
    """A line for each file that could not be used whole; files with the same small fault share one."""
    severe: list[str] = []
    alike: dict[str, list[str]] = {}
    for report in outcome.gathered.reports:
        told = _told(report, outcome, lang)
        if report.status == "read" and told:
            alike.setdefault(told, []).append(report.file)
        elif report.status not in ("read", "skipped", "table"):
            severe.append(f"{report.file}: {told}")
    more = " 외 {}개" if lang == "ko" else " and {} more"
    return severe + [
        f"{files[0]}{more.format(len(files) - 1) if len(files) > 1 else ''}: {told}" for told, files in alike.items()
    ]


def complaints(outcome: Outcome, lang: str) -> list[str]:
    """What people should know about their files and lists, one line each."""
    lines = _file_lines(outcome, lang)
    if len(lines) > _MOST_COMPLAINTS:
        hidden = len(lines) - _MOST_COMPLAINTS
        lines[_MOST_COMPLAINTS:] = [
            f"... 외 {hidden}건: files.csv" if lang == "ko" else f"... and {hidden} more: files.csv"
        ]
    lines += [
        f"{found.path}: {message.ko if lang == 'ko' else message.en}"
        for found in outcome.lists
        for message in found.messages[:_MOST_COMPLAINTS]
    ]
    return lines + [fault.told(lang) for fault in outcome.notices]


def nothing(outcome: Outcome, settings: Settings) -> str:
    """Why there is no score at all, and what to do."""
    ko, en = _nothing_from_server(outcome) if outcome.server else _nothing_from_files(outcome, settings)
    if options := _narrowing(settings):
        ko += f". {options} 때문에 일부만 평가합니다"
        en += f"; {options} leaves only part of it"
    return ko if settings.lang == "ko" else en


def _nothing_from_files(outcome: Outcome, settings: Settings) -> tuple[str, str]:
    inputs, files = ", ".join(map(str, settings.inputs)), len(outcome.gathered.reports)
    return (
        f"{inputs}: 파일 {files:,}개에서 점수를 낼 수 있는 행이 없습니다. 읽을 수 있는 형식은 --help를 보십시오",
        f"{inputs}: {files:,} files but nothing to score; see --help for what is read",
    )


def _nothing_from_server(outcome: Outcome) -> tuple[str, str]:
    """The server and bucket by name; its address carries no secrets."""
    server, months = outcome.server, len(outcome.gathered.reports)
    ko, en = f"{server}: 평가할 차량이 없습니다", f"{server}: no vehicle to score"
    if months:
        ko = f"{server}: 차량-월 {months:,}개에서 점수를 낼 수 있는 행이 없습니다"
        en = f"{server}: {months:,} vehicle-month{'s' if months > 1 else ''} but nothing to score"
    return (
        f"{ko}. 서버에 있는 단말·열·월은 `python -m baas influx check`로 확인하십시오",
        f"{en}; `python -m baas influx check` says which devices, columns and months are there",
    )


def _narrowing(settings: Settings) -> str:
    """Options that leave vehicles or days out."""
    given = {"--vehicles": settings.vehicles, "--from": settings.first_day, "--to": settings.last_day}
    return ", ".join(option for option, value in given.items() if value)


def _source_line(outcome: Outcome, *, ko: bool) -> str:
    """What was read from, and how much of it in this run."""
    counts = len(outcome.gathered.reports), outcome.gathered.files_read
    return _SERVER[ko].format(outcome.server, *counts) if outcome.server else _FILES[ko].format(*counts)


def summary(outcome: Outcome, lang: str) -> list[str]:
    """Ten lines on what a run came to."""
    ko = lang == "ko"
    reports, scores = outcome.gathered.reports, outcome.scores
    rows = outcome.counts.totals(reports)
    grades = Counter(score.grade or "-" for score in scores)
    severities = Counter(finding.severity for one in outcome.vehicles for finding in one.findings)
    worst = sorted((score for score in scores if score.grade), key=lambda score: score.total)[:3]
    lines = [
        f"차량 {len(scores):,}대" if ko else f"{len(scores):,} vehicles",
        ("등급 " if ko else "grades ") + " ".join(f"{name}:{grades[name]}" for name in ("A", "B", "C", "D", "-")),
        _ROWS[ko].format(**rows),
        _source_line(outcome, ko=ko),
        _FINDINGS[ko].format(*(severities[name] for name in ("critical", "warning", "info"))),
    ]
    for score in worst:
        reason = score.main_reason if ko else score.main_reason_en
        lines.append(f"  {score.vehicle.device_no} {score.grade} {score.total:.1f}: {reason}")
    if outcome.new_list is not None:
        lines.append(f"작성할 차량 목록: {outcome.new_list}" if ko else f"device list to complete: {outcome.new_list}")
    lines.append(f"{outcome.folder} ({outcome.seconds:.1f} s)")
    return lines
