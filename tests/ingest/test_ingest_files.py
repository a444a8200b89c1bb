"""Which files of a folder are read, and what is said of the others."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading import line, read_path, table

from baas.errors import BaasError
from baas.ingest.files import find_files, sha256
from baas.ingest.names import hint
from baas.tables.files import RUN_FILE, STORE_NAME
from baas.tables.results import RESULT_TABLES

ROWS = table(line(0), line(1))


def folder(tmp_path: Path, *names: str) -> Path:
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ROWS)
    return tmp_path


def test_files_are_found_below_folders_in_a_fixed_order(tmp_path: Path) -> None:
    root = folder(tmp_path, "b/x.csv", "a/y.csv.gz", "A.zip", "c.txt", "b/a/z.tsv")
    files, reports = find_files([root])
    assert [file.name for file in files] == ["A.zip", "a/y.csv.gz", "b/a/z.tsv", "b/x.csv", "c.txt"]
    assert reports == []
    assert files[0].size == len(ROWS)
    assert files[0].mtime_ns == (root / "A.zip").stat().st_mtime_ns


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    root = folder(tmp_path, "a/x.csv")
    files, _ = find_files([root, root / "a", root / "a" / "x.csv"])
    assert [file.name for file in files] == ["a/x.csv"]


def test_files_of_two_inputs_that_share_a_name_are_told_apart(tmp_path: Path) -> None:
    root = folder(tmp_path, "a/x.csv", "b/x.csv", "b/y.csv")
    files, _ = find_files([root / "a", root / "b"])
    assert [file.name for file in files] == [f"{root.as_posix()}/a/x.csv", f"{root.as_posix()}/b/x.csv", "y.csv"]


def test_system_files_and_car_lists_are_passed_over_in_silence(tmp_path: Path) -> None:
    root = folder(tmp_path, "__MACOSX/x.csv", "._x.csv", ".hidden/x.csv", ".x.csv", "betterwhy_cartype_list_201908.csv")
    assert find_files([root]) == ([], [])


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("upload_log.csv", "skipped"),
        ("x.xlsx", "skipped"),
        ("x.pdf", "skipped"),
        ("findings.csv", "skipped"),
        ("store.sqlite", "skipped"),
    ],
)
def test_files_that_are_no_telemetry_by_name_are_told(tmp_path: Path, name: str, status: str) -> None:
    files, reports = find_files([folder(tmp_path, name)])
    assert files == []
    assert [(report.file, report.status) for report in reports] == [(name, status)]
    assert reports[0].message_ko
    assert reports[0].message_en


@pytest.mark.parametrize("name", [*(f"{table.name}.csv" for table in RESULT_TABLES), RUN_FILE, STORE_NAME])
def test_no_result_of_our_own_is_read_as_input(tmp_path: Path, name: str) -> None:
    files, reports = find_files([folder(tmp_path, name, f"{name[0]}x.csv")])
    assert [file.name for file in files] == [f"{name[0]}x.csv"]
    assert [(report.file, report.status, report.message_en) for report in reports] == [
        (name, "skipped", "named as a result file of this program")
    ]


def test_a_file_asked_for_by_its_own_name_is_read_whatever_its_name(tmp_path: Path) -> None:
    for name in ("export.out", "upload_log.csv", "findings.csv"):
        files, reports = find_files([folder(tmp_path, name) / name])
        assert ([file.name for file in files], reports) == ([name], [])
    assert find_files([folder(tmp_path, "x.xlsx") / "x.xlsx"])[1][0].status == "skipped"


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "bms.csv").touch()
    _, reports = find_files([tmp_path])
    assert [(report.file, report.status) for report in reports] == [("bms.csv", "empty")]


@pytest.fixture
def nobody() -> Iterator[None]:
    """Runs the test without the rights of root, who may read everything."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    yield
    if was_root:
        os.seteuid(0)


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder all may list with a file nobody may read."""
    with tempfile.TemporaryDirectory() as name:
        root = folder(Path(name), "bms.csv", "other.csv")
        root.chmod(0o755)
        (root / "bms.csv").chmod(0)
        yield root


@pytest.mark.usefixtures("locked", "nobody")
def test_a_file_without_read_permission_is_told_and_the_others_are_found(locked: Path) -> None:
    files, reports = find_files([locked])
    assert [file.name for file in files] == ["other.csv"]
    assert [(report.file, report.status) for report in reports] == [("bms.csv", "unreadable")]
    assert "permission" in reports[0].message_en


@pytest.fixture
def closed(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder with folders below it, one of which has other rights."""
    inner, rights = request.param
    with tempfile.TemporaryDirectory() as name:
        root = folder(Path(name), f"deep/{inner}/b.csv", "deep/open/a.csv", "z.csv")
        root.chmod(0o755)
        (root / "deep" / inner).chmod(rights)
        yield root
        (root / "deep" / inner).chmod(0o755)


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        (("closed", 0), "deep/closed"),
        (("closed", 0o111), "deep/closed"),
        (("closed", 0o444), "deep/closed/b.csv"),
        (("truth", 0), "deep/truth"),
    ],
    indirect=["closed"],
)
@pytest.mark.usefixtures("closed", "nobody")
def test_a_folder_that_cannot_be_looked_into_is_told_and_the_others_are_read(closed: Path, told: str) -> None:
    files, reports = find_files([closed])
    assert [file.name for file in files] == ["deep/open/a.csv", "z.csv"]
    assert [(report.file, report.status) for report in reports] == [(told, "unreadable")]
    assert "permission" in reports[0].message_en
    assert "권한" in reports[0].message_ko


@pytest.mark.parametrize("closed", [("closed", 0)], indirect=True)
@pytest.mark.usefixtures("closed", "nobody")
def test_an_input_that_cannot_be_looked_into_stops_the_run(closed: Path) -> None:
    with pytest.raises(BaasError, match=r"cannot list the folder .*closed: Permission denied; check its permissions"):
        find_files([closed / "deep" / "closed"])


def test_a_file_that_vanishes_after_it_was_found_is_told(tmp_path: Path) -> None:
    from reading import SETTINGS

    from baas.ingest.reader import read_file

    (file,), _ = find_files([folder(tmp_path, "bms.csv")])
    file.path.unlink()
    (report,) = read_file(file, SETTINGS, 0)
    assert report.status == "unreadable"
    with pytest.raises(BaasError, match=r"cannot read .*bms\.csv"):
        sha256(file)


def test_a_missing_input_stops_the_run_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BaasError, match=r"no such file or folder: .*nowhere; name one with --input"):
        find_files([tmp_path / "nowhere"])


def test_the_hash_of_a_file_is_that_of_its_report(tmp_path: Path) -> None:
    root = folder(tmp_path, "bms.csv")
    (file,), _ = find_files([root])
    assert sha256(file) == read_path(root).report.sha256


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bms.01200000002.2019-04.csv", ("01200000002", "2019-04")),
        ("bms_01200000002_2019-04-07_2.csv", ("01200000002", "2019-04")),
        ("gps_altitude_01200000002_20190407.csv", ("01200000002", "2019-04")),
        ("2019-04/01200000002/bms.csv", ("01200000002", "2019-04")),
        ("1200000002/2019-04/x.csv.gz", ("1200000002", "2019-04")),
        ("01200000002_201904.zip", ("01200000002", "2019-04")),
        ("bms.2019-04.csv", None),
        ("01200000002.csv", None),
        ("LEAF01_170622_01133.csv", None),
        ("20190407.csv", None),
    ],
)
def test_names_and_folders_hint_at_device_and_month(name: str, told: tuple[str, str] | None) -> None:
    assert hint(name) == told
