"""What a run says to people: progress, what went wrong with which file, a summary."""

from __future__ import annotations

import sys
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baas.ingest.reader import FileReport
    from baas.pipeline import Outcome

_STAGES = {"read": "읽기 read", "score": "평가 score"}
#: files named on the terminal; the rest is in files.csv; chosen: fits a screen
_MOST_COMPLAINTS = 20


class Progress:
    """A progress bar on a terminal, silence elsewhere."""

    def __init__(self, quiet: bool | None) -> None:
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}
        if not quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn, TransferSpeedColumn

            columns = (
                "{task.description}",
                BarColumn(),
                TaskProgressColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)

    def tell(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is; bytes while reading, vehicles while scoring."""
        if self._bar is None:
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(_STAGES[stage], total=total)
        self._bar.update(self._tasks[stage], completed=done, total=total)

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def _complaint(report: FileReport, lang: str) -> str:
    said = report.message_ko if lang == "ko" else report.message_en
    if report.rejected:
        reasons = ", ".join(f"{reason} {rows}" for reason, rows in sorted(report.rejected.items()))
        left_out = "제외한 행" if lang == "ko" else "rows left out"
        said = "; ".join(part for part in (said, f"{left_out}: {reasons}") if part)
    return f"{report.file}: {said}"


def complaints(outcome: Outcome, lang: str) -> list[str]:
    """One line for each file that could not be used whole."""
    odd = [report for report in outcome.gathered.reports if report.status not in ("read", "skipped") or report.rejected]
    lines = [_complaint(report, lang) for report in odd[:_MOST_COMPLAINTS]]
    lines += [
        f"{found.path}: {message.ko if lang == 'ko' else message.en}"
        for found in outcome.lists
        for message in found.messages
    ]
    if len(odd) > _MOST_COMPLAINTS:
        more = len(odd) - _MOST_COMPLAINTS
        lines.append(
            f"... 외 {more}개 파일: files.csv" if lang == "ko" else f"... and {more} more files: see files.csv"
        )
    return lines


def summary(outcome: Outcome, lang: str) -> list[str]:
    """Ten lines on what a run came to."""
    ko = lang == "ko"
    reports, scores = outcome.gathered.reports, outcome.scores
    read = sum(report.rows_read for report in reports)
    rejected = sum(report.rows_rejected for report in reports)
    used, repeated = sum(one.used for one in outcome.vehicles), sum(one.repeated for one in outcome.vehicles)
    grades = Counter(score.grade or "-" for score in scores)
    severities = Counter(finding.severity for one in outcome.vehicles for finding in one.findings)
    worst = sorted((score for score in scores if score.grade), key=lambda score: score.total)[:3]
    lines = [
        f"차량 {len(scores)}대" if ko else f"{len(scores)} vehicles",
        ("등급 " if ko else "grades ") + " ".join(f"{name}:{grades[name]}" for name in ("A", "B", "C", "D", "-")),
        (f"행 {read:,} = 사용 {used:,} + 중복 {repeated:,} + 제외 {rejected:,}" if ko
         else f"rows {read:,} = used {used:,} + duplicate {repeated:,} + rejected {rejected:,}"),
        (f"파일 {len(reports):,}개, 새로 읽음 {outcome.gathered.files_read:,}개" if ko
         else f"{len(reports):,} files, {outcome.gathered.files_read:,} read anew"),
        (f"발견 사항 위험 {severities['critical']} · 경고 {severities['warning']} · 참고 {severities['info']}" if ko
         else f"findings critical {severities['critical']}, warning {severities['warning']}, info {severities['info']}"),
    ]  # fmt: skip
    lines += [
        f"  {score.vehicle.device_no} {score.grade} {score.total:.1f}: {score.main_reason if ko else score.main_reason_en}"
        for score in worst
    ]
    if outcome.new_list is not None:
        lines.append(f"작성할 차량 목록: {outcome.new_list}" if ko else f"device list to complete: {outcome.new_list}")
    lines.append(f"{outcome.folder} ({outcome.seconds:.1f} s)")
    return lines
