"""What there is to say about an input file, in files.csv and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from baas.ingest.reader import FileReport
from baas.outputs.counts import NOT_COMPUTED

_UTF8 = ("utf-8", "utf-8-sig")


def encodings(report: FileReport) -> tuple[str, ...]:
    """Encodings found in one file; with and without mark UTF-8 is the same."""
    found = ["utf-8" if name in _UTF8 else name for name in report.encoding.split("+") if name]
    return tuple(dict.fromkeys(found))


def said(report: FileReport, rejected: Mapping[str, int]) -> tuple[str, str]:
    """One sentence in Korean and in English; empty where there is nothing to say. `rejected`: rows by reason."""
    ko, en = [report.message_ko], [report.message_en]
    if len(encodings(report)) > 1:
        mixed = ", ".join(encodings(report))
        ko.append(f"인코딩이 섞여 있습니다: {mixed}")
        en.append(f"several encodings in one file: {mixed}")
    if count := rejected.get("future_time", 0):
        ko.append(f"아직 오지 않은 시각의 행 {count:,}개를 제외했습니다")
        en.append(f"{count:,} rows lie in the future and were left out")
    if count := rejected.get(NOT_COMPUTED, 0):
        ko.append(f"계산 오류로 {count:,}행을 쓰지 못했습니다. 알려 주십시오")
        en.append(f"{count:,} rows could not be computed because of a fault of the program; please report it")
    return "; ".join(filter(None, ko)), "; ".join(filter(None, en))
