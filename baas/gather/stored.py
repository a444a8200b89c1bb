"""Reports on their way into a store and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from baas.ingest.report import FileReport


def kept(report: FileReport, name: str) -> dict[str, Any]:
    """Fields of a report for the store, members named as inside their file."""
    return {**asdict(report), "file": report.file.removeprefix(name)}


def restored(stored: Mapping[str, Any], name: str) -> FileReport:
    """A report as it was before it was stored, under the name that the file has now."""
    return FileReport(
        **{
            **stored,
            "file": name + stored["file"],
            "unknown_columns": tuple(stored["unknown_columns"]),
            "examples": tuple((line, reason) for line, reason in stored["examples"]),
        }
    )
