"""Folders, zip and gzip files with the same bytes on every machine: nothing is compressed, no clock is asked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

#: any fixed time that zip can tell
_STAMP = (2026, 1, 1, 0, 0, 0)
_MOST_STORED = 65_535


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip file of the members in their order."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, content)
    return memory.getvalue()


def gzipped(content: bytes) -> bytes:
    """A gzip file in stored blocks (RFC 1951, 3.2.4), as compressors differ between machines."""
    parts = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"]
    starts = range(0, max(len(content), 1), _MOST_STORED)
    for first in starts:
        block = content[first : first + _MOST_STORED]
        parts += [struct.pack("<BHH", first == starts[-1], len(block), len(block) ^ 0xFFFF), block]
    return b"".join([*parts, struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)])


def write(path: Path, content: bytes) -> None:
    """A file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
