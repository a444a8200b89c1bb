import csv
from itertools import pairwise

import pytest

from baas.simulate.feed import GPS_ORDER
from baas.tables.feed import BMS


def files(folder, kind):
    return sorted(folder.glob(f"*/*/{kind}_*.csv"))


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_files_lie_in_month_and_device_folders(clean):
    folder, truths = clean
    written = {line.file for truth in truths for line in truth.files}
    found = {path.relative_to(folder).as_posix() for kind in ("bms", "gps") for path in files(folder, kind)}
    assert found == written
    assert {name.split("/")[0] for name in found} == {"2026-03", "2026-04"}


def test_headings_are_the_feeds_and_every_row_fits(clean):
    forms = set()
    for path in files(clean[0], "bms"):
        head, *rows = table(path)
        lists = {"cell_volt_list", "mod_temp_list"}
        forms.add(lists <= set(head))
        assert set(head) <= set(BMS.names) | lists
        assert {len(row) for row in rows} == {len(head)}
        assert {row[0] for row in rows} == {path.parent.name}
    assert forms == {True, False}


def test_rows_stand_newest_first_and_only_once(clean):
    for path in files(clean[0], "bms"):
        times = [row[2] for row in table(path)[1:]]
        assert all(later > earlier for later, earlier in pairwise(times))


def test_truth_counts_the_rows(clean):
    folder, truths = clean
    for line in (line for truth in truths for line in truth.files):
        lines = (folder / line.file).read_bytes().count(b"\n") - (line.kind == "bms")
        assert (line.rows, line.duplicate, line.broken) == (lines, 0, 0)


def test_position_files_have_no_heading_and_bars(clean):
    for path in files(clean[0], "gps"):
        first = path.read_text(encoding="utf-8").splitlines()[0].split("|")
        assert len(first) == len(GPS_ORDER)
        assert first[0] == path.parent.name
        assert 33 < float(first[5]) < 39


@pytest.mark.parametrize("name", ["README.md", "truth/simulated.json"])
def test_a_simulated_fleet_says_that_it_is(clean, name):
    assert "simulated" in (clean[0] / name).read_text(encoding="utf-8").lower()


def test_device_numbers_are_none_of_real_vehicles(clean):
    assert all(truth.vehicle.device_no.startswith("0129") for truth in clean[1])
