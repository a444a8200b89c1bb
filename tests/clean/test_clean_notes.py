"""Notes: what cleaning noticed, as findings in two languages, months joined to episodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from baas.clean.notes import SENTENCES, Note, episodes, severity_of_share
from baas.tables.feed import BMS

NOTE = Note("out_of_range", "info", 10, 20, 3, 999.0, "km/h", "emobility_spd", "차량 속도")
KINDS = {"data", "battery", "mileage", "charging"}


@pytest.mark.parametrize("check", SENTENCES)
def test_every_check_tells_its_finding_in_two_languages(check: str) -> None:
    finding = replace(NOTE, check=check).finding("0123")
    assert finding.kind in KINDS
    assert (finding.device_no, finding.check, finding.count, finding.value) == ("0123", check, 3, 999.0)
    assert any("가" <= letter <= "힣" for letter in finding.message_ko)
    assert not any("가" <= letter <= "힣" for letter in finding.message_en)
    assert "{" not in finding.message_ko + finding.message_en
    assert "  " not in finding.message_ko + finding.message_en


def test_a_note_says_where_it_begins_and_ends_and_how_many_rows_it_has() -> None:
    rows = np.array([False, True, False, True, False])
    note = Note.of_rows("spike", "info", np.arange(5) * 10, rows, 7.0, BMS["soc"], None)
    assert (note.first_ms, note.last_ms, note.count, note.unit, note.signal_ko) == (10, 30, 2, "%", BMS["soc"].ko)


def test_the_same_fault_of_several_months_is_one_episode() -> None:
    later = replace(NOTE, first_ms=100, last_ms=200, count=4, value=-2000.0, severity="warning")
    for order in ([NOTE, later], [later, NOTE]):
        (one,) = episodes(order)
        assert (one.first_ms, one.last_ms, one.count, one.value, one.severity) == (10, 200, 7, -2000.0, "warning")


@pytest.mark.parametrize("other", [replace(NOTE, signal="soc"), replace(NOTE, cell_no=4), replace(NOTE, check="spike")])
def test_faults_of_other_signals_cells_or_checks_stay_apart(other: Note) -> None:
    assert len(episodes([NOTE, other])) == 2


def test_two_rollbacks_are_two_episodes() -> None:
    one = replace(NOTE, check="odometer_rollback")
    assert len(episodes([one, replace(one, first_ms=1000, last_ms=1010)])) == 2


def test_more_than_one_percent_is_a_warning() -> None:
    sent = np.ones(1000, dtype=bool)
    assert severity_of_share(np.arange(1000) < 10, sent) == "info"
    assert severity_of_share(np.arange(1000) < 11, sent) == "warning"
