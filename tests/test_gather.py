"""What is known is not read again, and a run on top of another equals a first run of the same input."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from feeds import CONTEXT, signals
from inputs import Table, Writing, gzipped, joined, put, small_export, split, with_columns, zipped
from running import SAME, Ran, contents, fresh, score

from baas.errors import BaasError
from baas.gather.groups import Group
from baas.gather.inputs import content_read
from baas.gather.read import read_group
from baas.gather.readings import ReadTask
from baas.ingest.files import find_files, sha256
from baas.ingest.formats import load_formats
from baas.ingest.reader import FileReport, ReadSettings, read_file
from baas.signals import Signals

SETTINGS = ReadSettings("Asia/Seoul", 10**9, 1000.0, load_formats())
EVERYTHING = (*SAME, "data_quality.csv", "files.csv", "findings.csv")


@pytest.fixture(scope="module")
def tables(real_data: Path) -> list[Table]:
    return small_export(real_data / "fleet_export")


class Place:
    """An input folder, a results folder, and runs one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.input = folder / "in"
        self.results = folder / "out" / "results"

    def run(self, *more: str) -> Ran:
        ran = score(self.input, self.results, *more, "--quiet")
        assert ran.status == 0, ran.err
        return ran

    def assert_as_fresh(self, *more: str) -> None:
        """The results are those of a first run."""
        told, wanted = contents(self.results, EVERYTHING), fresh(self.input, self.folder, *more)
        for name in EVERYTHING:
            assert told[name].decode() == wanted[name].decode(), name


@pytest.fixture
def place(tmp_path: Path, tables: list[Table]) -> Place:
    made = Place(tmp_path)
    put(made.input, tables)
    return made


def read_now(ran: Ran) -> int:
    return int(ran.run["timings"]["files_read"])


def test_a_second_run_with_nothing_new_reads_no_file(place):
    assert read_now(place.run()) == 7
    before = contents(place.results, EVERYTHING)
    again = place.run()
    assert read_now(again) == 0
    assert again.run["timings"]["bytes_read"] == again.run["timings"]["months_computed"] == 0
    assert contents(place.results, EVERYTHING) == before


def test_a_second_run_does_not_even_open_the_files(place):
    place.run()
    before = contents(place.results, EVERYTHING)
    for path in [path for path in place.input.rglob("*") if path.is_file()]:
        stat = path.stat()
        path.write_bytes(b"\0" * stat.st_size)  # nothing left to read; what is known of the file says it is the same
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    place.run()
    assert contents(place.results, EVERYTHING) == before


def test_rows_are_read_anew_when_that_is_asked_for(place):
    place.run()
    assert read_now(place.run("--full")) == 7
    place.assert_as_fresh()


def _new_month(place: Place, tables: list[Table]) -> None:
    table = next(table for table in tables if "2019-08" in table.name)
    cut = table.header.index("time")
    later = tuple((*row[:cut], row[cut].replace("2019-08", "2019-09"), *row[cut + 1 :]) for row in table.rows)
    put(place.input, [Table("2019-09/01200000002/bms_01200000002_2019-09.csv", table.header, later)])


def test_a_new_month_is_all_that_is_read(place, tables):
    place.run()
    _new_month(place, tables)
    ran = place.run()
    assert read_now(ran) == 1
    assert ran.run["timings"]["months_computed"] == 1
    place.assert_as_fresh()


def test_a_file_added_to_a_known_month_has_that_month_read_again(place, tables):
    table = next(table for table in tables if "2019-04" in table.name)
    first, second = split(table, 2)
    (place.input / table.name).unlink()
    put(place.input, [first])
    place.run()
    put(place.input, [second])
    ran = place.run()
    assert read_now(ran) == 2
    assert ran.run["timings"]["months_computed"] == 1
    place.assert_as_fresh()


def test_a_file_that_must_be_read_twice_counts_once(place, tables):
    """Its name tells one month, some of its rows are of another that has a file of its own."""
    april, august = (next(table for table in tables if month in table.name) for month in ("2019-04", "2019-08"))
    put(place.input, [joined([april, Table("", august.header, august.rows[::2])], april.name)])
    put(place.input, [Table(august.name, august.header, august.rows[1::2])])
    timings = place.run().run["timings"]
    assert timings["files_read"] == len(tables)
    assert timings["bytes_read"] > sum(path.stat().st_size for path in place.input.rglob("*.csv"))
    place.assert_as_fresh()


def test_files_that_gain_a_neighbour_without_a_name_count_once(place, tables):
    table = next(table for table in tables if "2019-04" in table.name)
    first, second = split(table, 2)
    put(place.input, [first.renamed(table.name)])
    place.run()
    put(place.input, [second.renamed("more.csv")])
    assert read_now(place.run()) == 2
    place.assert_as_fresh()


def test_a_file_that_grows_counts_with_all_its_rows(place, tables):
    table = next(table for table in tables if "2019-04" in table.name)
    put(place.input, [Table(table.name, table.header, table.rows[500:])])
    few = place.run().run["rows"]["read"]
    put(place.input, [table])
    assert place.run().run["rows"]["read"] == few + 500
    place.assert_as_fresh()


def test_a_removed_file_takes_its_rows_with_it(place):
    place.run()
    (place.input / "2019-04/01200000002/bms_01200000002_2019-04.csv").unlink()
    assert read_now(place.run()) == 0
    place.assert_as_fresh()


def test_a_vehicle_whose_files_are_gone_is_gone(place):
    place.run()
    shutil.rmtree(place.input / "2017-04")
    assert len(place.run().rows("vehicle_scores.csv")) == 3
    place.assert_as_fresh()


def test_a_moved_folder_is_known_by_its_contents(place):
    place.run()
    place.input = place.input.rename(place.folder / "moved")
    assert read_now(place.run()) == 0
    place.assert_as_fresh()


def test_a_renamed_file_is_told_by_its_new_name(place):
    place.run()
    old = place.input / "2019-08/01200000002/bms_01200000002_2019-08.csv"
    old.rename(old.with_name("bms.01200000002.2019-08.csv"))
    assert place.run().file("bms.01200000002.2019-08.csv")["rows_used"] != "0"
    place.assert_as_fresh()


def test_an_archive_is_known_by_its_contents_too(place):
    zipped(place.input)
    place.run()
    (place.input / "export.zip").rename(place.input / "other!name.zip")
    place.run()
    place.assert_as_fresh()
    assert read_now(place.run()) == 0


def test_files_compressed_each_are_not_read_again(place):
    gzipped(place.input)
    place.run()
    assert read_now(place.run()) == 0
    place.assert_as_fresh()


def test_a_file_of_many_vehicles_that_gains_one_more_file_beside_it(place, tables):
    bms = [with_columns(table) for table in tables if not table.is_gps]
    shutil.rmtree(place.input)
    put(place.input, [joined(bms, "export.csv"), *(table for table in tables if table.is_gps)])
    ran = place.run()
    assert read_now(ran) == 3  # GPS files that hint at months of the export are not read twice
    _new_month(place, tables)
    assert read_now(place.run()) == 1
    place.assert_as_fresh()


def _listed(place: Place, text: str) -> None:
    folder = place.results.parent / "car_types"
    if not folder.exists():
        shutil.copytree(Path(__file__).resolve().parent.parent / "car_types", folder)
    (folder / "betterwhy_cartype_list_209901.csv").write_text(
        f"device_no,car_type,model_year\n{text}", encoding="utf-8"
    )


def test_a_changed_device_list_counts_without_reading_a_file(place):
    _listed(place, "01200000020,쏘울 EV 27,2017\n")
    place.run()
    before = place.results.joinpath("vehicle_scores.csv").read_bytes()
    _listed(place, "01200000020,쏘울 EV 27,2014\n")
    assert read_now(place.run()) == 0
    after = place.results.joinpath("vehicle_scores.csv").read_bytes()
    assert after != before
    lists = ("--car-types", str(place.results.parent / "car_types"))
    place.assert_as_fresh(*lists)


def test_another_type_of_another_capacity_has_the_months_computed_anew(place):
    _listed(place, "01200000020,쏘울 EV 27,2017\n")
    place.run()
    _listed(place, "01200000020,레이 EV 16,2014\n")
    ran = place.run()
    assert read_now(ran) >= 1
    place.assert_as_fresh("--car-types", str(place.results.parent / "car_types"))


def test_a_changed_car_type_counts(place):
    place.run()
    file = place.results.parent / "car_types" / "soul_27.toml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("27", "28")
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    place.run()
    place.assert_as_fresh("--car-types", str(place.results.parent / "car_types"))


@pytest.mark.parametrize(
    "more",
    [
        ("--from", "2019-04-20"), ("--to", "2019-04-20"), ("--from", "2019-04-20", "--to", "2019-08-02"),
        ("--vehicles", "01200000002,1200000020"),
    ],
)  # fmt: skip
def test_a_part_of_the_fleet_or_time_reads_nothing_and_equals_a_first_run(place, more):
    place.run()
    assert read_now(place.run(*more)) == 0
    place.assert_as_fresh(*more)
    place.run()
    place.assert_as_fresh()


def test_another_time_zone_reads_everything_anew(place):
    place.run()
    assert read_now(place.run("--timezone", "UTC")) == 7
    place.assert_as_fresh("--timezone", "UTC")


def test_a_limit_that_is_raised_lets_an_archive_be_read(place, monkeypatch):
    zipped(place.input)
    monkeypatch.setenv("BAAS_ARCHIVE_LIMIT_BYTES", "2500000")
    first = place.run()
    assert "archive_limit" in {row["status"] for row in first.rows("files.csv")}
    monkeypatch.setenv("BAAS_ARCHIVE_LIMIT_BYTES", "500000000")
    second = place.run()
    assert "archive_limit" not in {row["status"] for row in second.rows("files.csv")}
    place.assert_as_fresh()


# -- sign of the current --------------------------------------------------------------------------------------------


def _month_without_evidence(table: Table, month: str) -> Table:
    """The parked rows of a table in another month: a current, but nothing that tells its sign."""
    at = {
        name: table.header.index(name) for name in ("time", "emobility_spd", "pack_current", "soc", "chrg_cable_conn")
    }
    rows = []
    for row in table.rows[:400]:
        cells = list(row)
        cells[at["time"]] = cells[at["time"]].replace("2019-04", month)
        cells[at["emobility_spd"]], cells[at["soc"]], cells[at["chrg_cable_conn"]] = "0", "60", ""
        cells[at["pack_current"]] = "2.5"
        rows.append(tuple(cells))
    return Table(f"{month}/01200000002/bms_01200000002_{month}.csv", table.header, tuple(rows))


def _unsure(place: Place) -> int:
    return sum(row["check"] == "sign_unsure" for row in Ran(0, "", "", place.results).rows("findings.csv"))


def test_a_month_that_cannot_tell_its_sign_takes_it_from_the_others_and_that_settles(place, tables):
    april = next(table for table in tables if "2019-04" in table.name)
    quiet = _month_without_evidence(april, "2019-06")
    put(place.input, [quiet])
    ran = place.run()
    assert read_now(ran) == 8
    once = sum(path.stat().st_size for path in place.input.rglob("*.csv"))
    again = (place.input / quiet.name).stat().st_size  # read once more to use the sign of the others
    assert ran.run["timings"]["bytes_read"] == once + again
    assert _unsure(place) == 0
    assert read_now(place.run()) == 0


def test_a_quiet_month_alone_stays_unsure_until_another_month_tells(place, tables):
    april = next(table for table in tables if "2019-04" in table.name)
    shutil.rmtree(place.input)
    put(place.input, [_month_without_evidence(april, "2019-06")])
    place.run()
    alone = _unsure(place)
    put(place.input, [april])
    place.run()
    assert (alone, _unsure(place)) == (1, 0)
    place.assert_as_fresh()
    (place.input / april.name).unlink()
    place.run()
    assert _unsure(place) == 1
    place.assert_as_fresh()


# -- odd rows -------------------------------------------------------------------------------------------------------


def test_rows_from_the_future_are_left_out_and_counted(place, tables):
    table = next(table for table in tables if "2019-08" in table.name)
    cut = table.header.index("time")
    late = tuple((*row[:cut], row[cut].replace("2019-", "2098-"), *row[cut + 1 :]) for row in table.rows[:7])
    put(place.input, [Table(table.name, table.header, table.rows + late)])
    ran = score(place.input, place.results, "--lang", "en")
    row = ran.file("bms_01200000002_2019-08.csv")
    assert "future_time=7" in row["rejected_reasons"]
    assert len(ran.lines_about("bms_01200000002_2019-08.csv")) == 1
    assert read_now(place.run()) == 0


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_one_process_or_two_give_the_same(place, jobs):
    place.run("--jobs", jobs)
    place.assert_as_fresh()


def test_nothing_of_a_run_is_left_beside_the_results(place):
    place.run()
    left = {path.name for path in place.results.iterdir()}
    assert not [name for name in left if name.startswith(".")]


@pytest.mark.parametrize("write", [lambda folder: zipped(folder), lambda folder: gzipped(folder)])
def test_packing_known_files_changes_no_score(place, write: Callable[[Path], Path]):
    place.run()
    before = contents(place.results)
    write(place.input)
    place.run()
    assert contents(place.results) == before
    place.assert_as_fresh()


def test_a_list_spelled_otherwise_is_the_same_input(place, tables):
    place.run()
    before = contents(place.results)
    put(place.input, tables, Writing(delimiter="|", encoding="utf-8-sig"))
    assert read_now(place.run()) == 7
    assert contents(place.results) == before


@pytest.mark.parametrize("pack", [zipped, gzipped])
def test_an_archive_that_changes_while_it_is_read_is_worth_another_look(tmp_path, tables, pack):
    """What was read of it is not what lies there now; known by its new bytes, its new rows would stay out for good."""
    table = tables[0]
    (file,), _ = find_files([pack(put(tmp_path, [table]))])
    reports = [item for item in read_file(file, SETTINGS, 0) if isinstance(item, FileReport)]
    assert content_read(file, reports) == sha256(file)
    file.path.unlink()
    pack(put(tmp_path, [Table(table.name, table.header, table.rows[:99])]))
    assert file.path.exists()
    assert content_read(file, reports) == ""


# -- rows by device -------------------------------------------------------------------------------------------------


def test_rows_that_are_left_out_are_counted_for_the_device_that_they_name(tmp_path, tables):
    """In a file of two vehicles; one has rows without a time, the other rows of the future."""
    april, may = (next(table for table in tables if month in table.name) for month in ("2019-04", "2019-05"))
    at = april.header.index("time")
    timeless = tuple((*row[:at], "", *row[at + 1 :]) for row in april.rows[:3])
    both = joined(
        [Table("", april.header, april.rows[:50] + timeless), Table("", may.header, may.rows[:40])], "both.csv"
    )
    put(tmp_path / "in", [both])
    newest = sorted(row[may.header.index("time")] for row in may.rows[:40])
    now = datetime.fromisoformat(f"20{newest[29]}").replace(tzinfo=ZoneInfo("Asia/Seoul"))
    late = sum(time > newest[29] for time in newest)
    files, _ = find_files([tmp_path / "in"])
    task = ReadTask(SETTINGS, CONTEXT, str(tmp_path), round(now.timestamp() * 1000))
    (report,) = read_group(Group(tuple(files), None), task).files["both.csv"].reports
    assert report.rejected == {"no_time": 3, "future_time": late}
    assert report.rows_of == {"01200000002": 53, "01200000003": 40}
    assert report.rejected_of == {"01200000002": 3, "01200000003": late}
    assert late > 0


@dataclass(frozen=True)
class Breaking:
    """A source that gives rows and breaks."""

    rows: Signals
    name: str = "breaking"
    place: str = "breaking"
    size: int = 1
    expected_bytes: int = 1
    mtime_ns: int = 1
    hint: tuple[str, str] | None = None

    def content(self) -> str:
        return ""

    def read(self, settings: ReadSettings, source_base: int) -> Iterator[Signals | FileReport]:
        yield self.rows
        raise ValueError("no more")


def test_a_source_that_breaks_the_reader_ends_the_run_with_a_sentence(tmp_path):
    """Half a month of a server is no month: another run may read it whole."""
    task = ReadTask(SETTINGS, CONTEXT, str(tmp_path), 10**15)
    with pytest.raises(BaasError) as fault:
        read_group(Group((Breaking(signals(range(10), soc=50)),), None), task)
    for text in (str(fault.value), fault.value.told("ko")):
        assert "breaking" in text
        assert "no more" in text


class _Ending(io.BytesIO):
    """Bytes whose reading fails after a while as no disk fails."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= 200_000:
            raise AssertionError("no more")
        return super().read(size)


class _Breaking(type(Path())):  # type: ignore[misc]
    def open(self, *_: object, **__: object) -> io.BytesIO:
        return _Ending(Path(str(self)).read_bytes())


def test_rows_of_a_file_before_a_break_are_kept_and_counted_by_device(tmp_path):
    lines = [f"{('0123', '777')[no % 2]},2023-03-02 {no // 3600:02d}:{no // 60 % 60:02d}:{no % 60:02d},50.5"
             for no in range(20_000)]  # fmt: skip
    (tmp_path / "both.csv").write_text("\n".join(["device_no,time,soc", *lines]))
    (file,), _ = find_files([tmp_path / "both.csv"])
    settings = replace(SETTINGS, block_bytes=10_000, chunk_bytes=10_000)
    late_ms = round(datetime(2023, 3, 2, 0, 30, tzinfo=ZoneInfo("Asia/Seoul")).timestamp() * 1000)
    task = ReadTask(settings, CONTEXT, str(tmp_path), late_ms)
    (report,) = read_group(Group((replace(file, path=_Breaking(file.path)),), None), task).files["both.csv"].reports
    assert report.status == "unreadable"
    assert 3_000 < report.rows_read < 8_000
    assert report.rows_rejected == report.rows_read - 1_801
    assert report.rows_of["0123"] + report.rows_of["777"] == report.rows_read
    assert report.rejected_of == {name: rows - 900 - (name == "0123") for name, rows in report.rows_of.items()}
    assert "no more" in report.message_en
    assert "no more" in report.message_ko
