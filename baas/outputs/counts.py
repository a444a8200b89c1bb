"""Row conservation: every row read is used, a repeat, or left out for a reason."""

from __future__ import annotations

from collections.abc import Sequence

from baas.errors import BaasError
from baas.ingest.reader import FileReport
from baas.store import Store

#: reason of rows that were read but whose vehicle-month could not be computed
NOT_COMPUTED = "not_computed"


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

    def failed_of(self, device: str) -> int:
        """Rows of a device that were read but not computed."""
        return sum(by_device.get(device, 0) for by_device in self._kinds["failed"].values())

    def rejected(self, report: FileReport) -> dict[str, int]:
        """Rows of a member left out, by reason."""
        failed = self.of_member(report.file)[2]
        return {**report.rejected, **({NOT_COMPUTED: failed} if failed else {})}

    def only_device(self, member: str) -> str | None:
        """The device of a member whose rows all name the same one."""
        devices = {device for counts in self._kinds.values() for device in counts.get(member, {})}
        return next(iter(devices)) if len(devices) == 1 else None

    def check(self, reports: Sequence[FileReport]) -> None:
        """Raise BaasError unless every row read is accounted for: no number may rest on lost rows."""
        for report in reports:
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

    def totals(self, reports: Sequence[FileReport]) -> dict[str, int]:
        """Rows of the whole input."""
        of_members = [self.of_member(report.file) for report in reports]
        return {
            "read": sum(report.rows_read for report in reports),
            "used": sum(used for used, _, _ in of_members),
            "duplicate": sum(repeated for _, repeated, _ in of_members),
            "rejected": sum(report.rows_rejected for report in reports) + sum(failed for _, _, failed in of_members),
        }
