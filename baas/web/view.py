"""What a visitor asked for: page, filters, language; and how numbers, times and links are written for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlencode

Item = TypeVar("Item")
Language = Literal["ko", "en"]

#: what stands where there is no value
NOTHING = "–"
#: device numbers that are safe as the last part of an address
_PLAIN_DEVICE = re.compile(r"[^/\\.%?#][^/\\%?#]*")


@dataclass(frozen=True)
class View:
    """One request, without the web framework: path, filters, language, theme."""

    path: str = "/"
    args: Mapping[str, str] = field(default_factory=dict)
    lang: Language = "ko"
    theme: str = ""

    def say(self, ko: str, en: str) -> str:
        """The words in the language of the visitor."""
        return ko if self.lang == "ko" else en

    def arg(self, name: str, default: str = "") -> str:
        """A filter as it stands in the address."""
        return self.args.get(name, default).strip()

    def whole(self, name: str, default: int, most: int) -> int:
        """A filter that is a whole number from 1 to `most`."""
        text = self.arg(name)
        return (
            min(int(text), most) if text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text) else default
        )

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """A filter that is one of a few words; anything else counts as the first."""
        text = self.arg(name)
        return text if text in choices else choices[0]

    @property
    def is_download(self) -> bool:
        """Whether all rows of a block are wanted, not only those that fit a screen."""
        return self.arg("format") == "csv" or (self.arg("format") == "json" and bool(self.arg("block")))

    def wants(self, block: str) -> bool:
        """Whether a block that takes long is to be built: always for a screen, only itself for a download."""
        return not self.is_download or self.arg("block") == block

    def shown(self, rows: Sequence[Item], most: int) -> Sequence[Item]:
        """The first rows for a screen, all for a download."""
        return rows if self.is_download else rows[:most]

    def latest(self, rows: Sequence[Item], most: int) -> Sequence[Item]:
        """The last rows for a screen, all for a download."""
        return rows if self.is_download else rows[-most:]

    def link(self, path: str | None = None, /, **changes: Any) -> str:
        """Address of this page with some filters changed; with a path, of another page with only those filters."""
        kept = dict(self.args) if path is None else {}
        kept.pop("format", None)
        kept.pop("block", None)
        asked = {name: value for name, value in {**kept, **changes}.items() if value not in ("", None)}
        query = urlencode(asked)
        return (self.path if path is None else path) + (f"?{query}" if query else "")

    def vehicle(self, device_no: str, anchor: str = "") -> str:
        """Address of the page of a vehicle, whatever its number is made of."""
        anchor = f"#{anchor}" if anchor else ""
        if _PLAIN_DEVICE.fullmatch(device_no):
            return f"/vehicles/{quote(device_no, safe='')}{anchor}"
        return f"/vehicle?{urlencode({'device_no': device_no})}{anchor}"


def num(value: float | None, digits: int = 0, unit: str = "") -> str:
    """A number for reading: thousands separated, a fixed number of digits.

    >>> num(1234.56, 1, "km"), num(None), num(-0.04, 1)
    ('1,234.6 km', '–', '0.0')
    """
    if value is None or value != value:
        return NOTHING
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return f"{text} {unit}".strip().replace("-", "−", 1) if value < 0 else f"{text} {unit}".strip()


def short(value: float | None, unit: str = "") -> str:
    """A measured number of unknown size to three digits.

    >>> short(6.4561, "%"), short(100.0), short(0.0185, "V"), short(None)
    ('6.46 %', '100', '0.0185 V', '–')
    """
    if value is None or value != value:
        return NOTHING
    text = f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{text} {unit}".strip().replace("-", "−", 1)


def share(part: float, whole: float) -> float | None:
    """Percent of a whole, None of nothing."""
    return 100 * part / whole if whole else None


def when(time: str | None, *, seconds: bool = False) -> str:
    """Local time for reading, to the minute.

    >>> when("2019-08-05 10:54:30"), when("2019-08-05 00:00:00"), when(None)
    ('2019-08-05 10:54', '2019-08-05 00:00', '–')
    """
    return (time if seconds else time[:16]) if time else NOTHING
