"""Row conservation: every row read is used, a repeat, or left out for a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from baas.cars.devices import device_key
from baas.errors import BaasError
from baas.ingest.reader import FileReport
from baas.store import Store

#: reason of rows that were read but whose vehicle-month could not be computed
NOT_COMPUTED = "not_computed"


def _by_key(rows: Mapping[str, int]) -> Counter[str]:
    """Rows by device, whatever form of its number they use."""
    found: Counter[str] = Counter()
    for device, count in rows.items():
        found[device_key(device)] += count
    return found


class RowCounts:
    """Rows used, repeated and not computed by input member and by device, as the stored vehicle-months tell."""

    def __init__(self, store: Store, months: Sequence[tuple[str, str]]) -> None:
        self._kinds: dict[str, dict[str, dict[str, int]]] = {"used": {}, "repeated": {}, "failed": {}}
        for device in sorted({device for device, _ in months}):
            for _, about in store.about_partitions(device):
                for kind, counts in self._kinds.items():
                    for member, rows in about[kind].items():
                        by_device = counts.setdefault(member, {})
                        by_device[device] = by_device.get(device, 0) + rows

    def of_member(self, member: str) -> tuple[int, int, int]:
        """(used, repeated, not computed) rows of an input member."""
        used, repeated, failed = (sum(counts.get(member, {}).values()) for counts in self._kinds.values())
        return used, repeated, failed

    def rejected(self, report: FileReport) -> dict[str, int]:
        """Rows of a member left out, by reason."""
        failed = self.of_member(report.file)[2]
        return {**report.rejected, **({NOT_COMPUTED: failed} if failed else {})}

    def only_device(self, member: str) -> str | None:
        """The device of a member whose rows all name the same one."""
        devices = {device for counts in self._kinds.values() for device in counts.get(member, {})}
        return next(iter(devices)) if len(devices) == 1 else None

    def rejected_by_device(self, reports: Sequence[FileReport]) -> Mapping[str, int]:
        """Rows left out by device: lines that name it, other lines of members all its own, rows not computed."""
        found: Counter[str] = Counter()
        for report in reports:
            named = _by_key(report.rejected_of)
            found.update(named)
            device = self.only_device(report.file)
            if device is not None:
                found[device] += report.rows_rejected - named.total()
        for failed in self._kinds["failed"].values():
            found.update(failed)
        return found

    def check(self, reports: Sequence[FileReport]) -> None:
        """Raise BaasError unless every row is accounted for, by file and by device: no number may rest on lost rows."""
        for report in reports:
            self._check_devices(report)
            used, repeated, failed = self.of_member(report.file)
            if report.rows_read != used + repeated + failed + report.rows_rejected:
                left_out = report.rows_rejected + failed
                raise BaasError(
                    f"{report.file}: {report.rows_read} rows read but {used} used, {repeated} duplicate and"
                    f" {left_out} rejected; nothing was published, run again with --full and report this",
                    f"{report.file}: 행 수가 맞지 않습니다(읽음 {report.rows_read}, 사용 {used}, 중복 {repeated},"
                    f" 제외 {left_out})."
                    " 게시하지 않았습니다. --full로 다시 실행하고 알려 주십시오",
                )

    def _check_devices(self, report: FileReport) -> None:
        handed = _by_key(report.rows_of)
        handed.subtract(_by_key(report.rejected_of))
        stored: Counter[str] = Counter()
        for counts in self._kinds.values():
            stored.update(counts.get(report.file, {}))
        for device in sorted(handed.keys() | stored.keys()):
            if handed[device] != stored[device]:
                raise BaasError(
                    f"{report.file}: {handed[device]} rows of {device} were read but {stored[device]} used, duplicate"
                    " or not computed; nothing was published, run again with --full and report this",
                    f"{report.file}: {device}의 행 수가 맞지 않습니다(읽음 {handed[device]}, 처리 {stored[device]})."
                    " 게시하지 않았습니다. --full로 다시 실행하고 알려 주십시오",
                )

    def totals(self, reports: Sequence[FileReport]) -> dict[str, int]:
        """Rows of the whole input."""
        of_members = [self.of_member(report.file) for report in reports]
        return {
            "read": sum(report.rows_read for report in reports),
            "used": sum(used for used, _, _ in of_members),
            "duplicate": sum(repeated for _, repeated, _ in of_members),
            "rejected": sum(report.rows_rejected for report in reports) + sum(failed for _, _, failed in of_members),
        }
