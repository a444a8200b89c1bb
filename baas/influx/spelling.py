"""Signals that the fields of a measurement spell in more than one way: cars of one fleet may differ in that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from baas.ingest.formats import MOST_MODULES, Format, Series, normalised
from baas.tables import feed

#: cells or modules that stand for their spelling; chosen: one may be dead, hardly two
_MOST_TELLING = 2


@dataclass(frozen=True)
class Contest:
    """One signal and its spellings by preference; each is one field or, for cells and modules, one field a number."""

    spellings: tuple[tuple[str, ...], ...]

    @property
    def telling(self) -> tuple[tuple[str, ...], ...]:
        """Of each spelling the fields whose values tell that it is in use; none of them is of two spellings."""
        return tuple(self._own(no)[:_MOST_TELLING] for no in range(len(self.spellings)))

    def _own(self, no: int) -> tuple[str, ...]:
        others = {name for place, names in enumerate(self.spellings) if place != no for name in names}
        return tuple(name for name in self.spellings[no] if name not in others)

    def besides(self, no: int) -> set[str]:
        """Fields of the other spellings alone."""
        return {name for names in self.spellings for name in names} - set(self.spellings[no])

    def values(self, counts: Mapping[str, int]) -> list[int]:
        """How many values each spelling has, by the fullest of its telling fields."""
        return [max(counts[name] for name in names) for names in self.telling]

    def fullest(self, counts: Mapping[str, int]) -> int:
        """The spelling with most values; of equal ones the first declared."""
        values = self.values(counts)
        return values.index(max(values))

    def unread(self, counts: Mapping[str, int]) -> list[str]:
        """Telling fields with values that are not of the fullest spelling."""
        best = self.fullest(counts)
        return [name for no, names in enumerate(self.telling) for name in names if no != best and counts[name]]

    def may_lose(self, counts: Mapping[str, int]) -> bool:
        """Whether some rows may have only another spelling than the fullest."""
        return bool(self.unread(counts)) and max(self.values(counts)) < max(counts.values())


def contests(form: Format, names: Sequence[str], used: frozenset[str]) -> tuple[Contest, ...]:
    """Signals of a format that several of these fields tell, if it has a use for them."""
    by_spelling: dict[str, list[str]] = {}
    for name in names:
        by_spelling.setdefault(normalised(name), []).append(name)
    single = [
        [(name,) for spelling in source.spellings for name in by_spelling.get(spelling, ())]
        for source in form.sources.values()
    ]
    taken = {name for spellings in single for (name,) in spellings}
    rest = [name for name in names if name not in taken]
    series = [_series(form.cells, rest, feed.MOST_CELLS), _series(form.modules, rest, MOST_MODULES)]
    found: list[Sequence[tuple[str, ...]]] = [*single, *series]
    return tuple(Contest(tuple(one)) for one in found if len(one) > 1 and used & set(one[0]))


def _series(series: Series, names: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """Spellings of cells or modules: columns first, since they carry their numbers, then lists."""
    groups: list[dict[int, str]] = []
    for family in _families(series, names, most):
        for group in groups:
            if not group.keys() & family.keys():  # columns of one pack, named by two patterns
                group |= family
                break
        else:
            groups.append(dict(family))
    lists = [name for spelling in series.lists for name in names if normalised(name) == spelling]
    return [*(tuple(group[no] for no in sorted(group)) for group in groups), *((name,) for name in lists)]


def _families(series: Series, names: Sequence[str], most: int) -> list[dict[int, str]]:
    """Number -> column by each pattern; once more where columns differ in leading zeros only."""
    found: list[dict[int, str]] = []
    left = {name: no for name in names if 1 <= (no := series.number(normalised(name)) or 0) <= most}
    for pattern in series.patterns:
        columns: dict[int, list[str]] = {}
        for name in [name for name in left if pattern.fullmatch(normalised(name))]:
            columns.setdefault(left.pop(name), []).append(name)
        ordered = {no: sorted(some, key=lambda name: (-len(name), name)) for no, some in columns.items()}
        turns = range(max(map(len, ordered.values()), default=0))
        found += [{no: some[min(turn, len(some) - 1)] for no, some in ordered.items()} for turn in turns]
    return found
