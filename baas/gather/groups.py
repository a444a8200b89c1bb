"""Which files are read together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from baas.cars import KnownCars
from baas.cars.devices import device_key
from baas.gather.inputs import Input, bytes_of
from baas.partition import Listed

#: text behind the rows of a file of many vehicles that are in memory at a time, a few chunks of the reader
_STRETCH_BYTES = 64_000_000
#: how much archives of the feed shrink; chosen: real CSV shrinks 5 to 30 times
_PACKED, _SHRUNK = (".gz", ".zip"), 15

Key = tuple[str, str]  # device without leading zeros, month


@dataclass(frozen=True)
class Group:
    """Files read together: all files whose names hint at one vehicle-month, or a single file.

    listed: what the lists say of the device that the names hint at. is_shared: other files hold rows of the month too.
    """

    files: tuple[Input, ...]
    hint: Key | None
    listed: Listed = field(default_factory=Listed)
    is_shared: bool = False

    @property
    def held_bytes(self) -> int:
        """Text whose rows lie in memory at a time: a whole month, or a stretch of a file that tells nothing."""
        if self.hint is None or self.is_shared:
            return min(_STRETCH_BYTES, sum(map(bytes_of, self.files)))
        return sum(bytes_of(file) * (_SHRUNK if file.name.lower().endswith(_PACKED) else 1) for file in self.files)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)


def listed(known: KnownCars, device: str) -> Listed:
    """What the lists say of a device."""
    car = known.of(device)
    return Listed(car.car_type, car.model_year) if car else Listed()


def hint_of(file: Input) -> Key | None:
    """The vehicle-month that the name of a file hints at."""
    return (device_key(file.hint[0]), file.hint[1]) if file.hint else None


def single_files(files: Sequence[Input], new: frozenset[str]) -> list[Group]:
    """A group for each new file whose name hints at no vehicle-month, the largest first."""
    found = [Group((file,), None) for file in files if file.name in new and file.hint is None]
    return sorted(found, key=lambda group: (-group.size, group.files[0].name))


def hinted_months(files: Sequence[Input], new: frozenset[str], known: KnownCars, shared: frozenset[Key]) -> list[Group]:
    """A group for each vehicle-month that the names of files hint at, if one of them is new; the largest first."""
    by_key: dict[Key, list[Input]] = {}
    for file in files:
        key = hint_of(file)
        if key is not None:
            by_key.setdefault(key, []).append(file)
    found = [
        Group(tuple(group), key, listed(known, key[0]), key in shared)
        for key, group in by_key.items()
        if any(file.name in new for file in group)
    ]
    return sorted(found, key=lambda group: (-group.size, group.files[0].name))
