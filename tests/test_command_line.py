"""The program as people start it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from inputs import Table, put, small_export
from running import ROOT, car_types, score, score_apart

from baas import __version__
from baas.commands import score as command


@pytest.fixture(scope="module")
def folder(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tables: list[Table] = small_export(real_data / "fleet_export")
    return put(tmp_path_factory.mktemp("command") / "in", tables)


def run(*given: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command_line = [sys.executable, str(ROOT / "vehicle_battery_scorer.py"), *given]
    return subprocess.run(command_line, capture_output=True, text=True, check=False, cwd=cwd, timeout=60)


def test_help_names_every_option_and_loads_nothing_heavy():
    done = run("--help")
    assert done.returncode == 0
    for option in ("--source", "--input", "--output", "--car-types", "--from", "--to", "--vehicles", "--jobs"):
        assert option in done.stdout
    for option in ("--executor", "--scheduler", "--full", "--timezone", "--lang", "--quiet"):
        assert option in done.stdout
    code = "import sys, baas.commands.score as s; s.parser(); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_version_is_told():
    assert run("--version").stdout.strip() == __version__


@pytest.mark.parametrize("given", [["--colour"], ["--source", "tape"], ["--jobs", "many"], ["--lang", "fr"]])
def test_options_that_do_not_exist_end_with_two(given):
    done = run(*given)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_results_go_to_standard_output_and_quiet_says_nothing(folder, tmp_path):
    loud = score_apart(folder, tmp_path / "a" / "r", "--lang", "en")
    assert (loud.status, loud.err) == (0, "")
    assert "4 vehicles" in loud.out
    quiet = score_apart(folder, tmp_path / "b" / "r", "--quiet")
    assert (quiet.status, quiet.out, quiet.err) == (0, "", "")


def test_the_summary_has_at_most_ten_lines(folder, tmp_path):
    assert len(score(folder, tmp_path / "out" / "r").out.splitlines()) <= 10


def test_defaults_are_found_beside_the_working_directory(folder, tmp_path):
    (tmp_path / "db datasets").symlink_to(folder, target_is_directory=True)
    car_types(tmp_path)
    done = run("--source", "csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "vehicle_scores.csv").is_file()


def test_settings_come_from_the_environment_and_a_file(folder, tmp_path, monkeypatch):
    car_types(tmp_path)
    (tmp_path / "baas.toml").write_text(f'inputs = ["{folder}"]\nlang = "en"\n', encoding="utf-8")
    monkeypatch.setenv("BAAS_OUTPUT", "elsewhere/scores.csv")
    done = run("--source", "csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "4 vehicles" in done.stdout
    assert (tmp_path / "elsewhere" / "scores.csv").is_file()


def test_the_score_table_may_have_any_name(folder, tmp_path):
    types = car_types(tmp_path / "kept")
    output = tmp_path / "점수 표.csv"
    ran = score(folder, tmp_path, "--output", str(output), "--car-types", str(types))
    assert ran.status == 0
    assert output.read_bytes().startswith(b"\xef\xbb\xbfdevice_no,")
    assert ran.run["scores_file"] == output.name


def test_single_files_and_several_inputs_are_read(folder, tmp_path):
    files = tuple(sorted(folder.rglob("*20*_2018-07.csv")) + sorted(folder.rglob("bms.0120*")))
    ran = score(files, tmp_path / "out" / "r")
    assert ran.status == 0
    assert len(ran.rows("files.csv")) == len(files)


def test_the_input_is_never_written(folder, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    score(folder, tmp_path / "out" / "r")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_fault_of_the_program_is_one_line_and_changes_nothing(folder, tmp_path, monkeypatch, lang):
    results = tmp_path / "out" / "r"
    before = score(folder, results).rows("vehicle_scores.csv")

    def broken(*_: object) -> None:
        raise KeyError("first\nsecond")

    monkeypatch.setattr("baas.pipeline.score_fleet", broken)
    ran = score(folder, results, "--lang", lang)
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 1
    assert "KeyError" in ran.err
    assert ran.rows("vehicle_scores.csv") == before


def test_a_month_that_cannot_be_computed_does_not_stop_the_others(folder, tmp_path, monkeypatch):
    from baas import months

    whole = months.process

    def broken(partition: object, context: object) -> object:
        if partition.key == "1200000003":  # type: ignore[attr-defined]
            raise FloatingPointError("numbers ran out")
        return whole(partition, context)  # type: ignore[arg-type]

    monkeypatch.setattr(months, "process", broken)
    results = tmp_path / "out" / "r"
    ran = score(folder, results, "--lang", "en", "--jobs", "1")
    assert ran.status == 0
    assert {row["device_no"][-2:] for row in ran.rows("vehicle_scores.csv")} == {"02", "10", "20"}
    row = ran.file("bms_01200000003_2019-05.csv")
    assert row["rejected_reasons"] == f"not_computed={row['rows_read']}"
    assert len(ran.lines_about("bms_01200000003_2019-05.csv")) == 1
    monkeypatch.setattr(months, "process", whole)
    again = score(folder, results, "--lang", "en", "--jobs", "1")
    assert len(again.rows("vehicle_scores.csv")) == 4  # tried again, and nothing is left of the fault
    assert again.err == ""


def test_progress_is_drawn_on_a_terminal_only(monkeypatch):
    from baas.commands.talk import Progress

    class Terminal:
        def __init__(self) -> None:
            self.text = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> int:
            self.text += text
            return len(text)

        def flush(self) -> None:
            pass

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress(quiet=False) as progress:
        progress.tell("read", 10, 100)
        progress.tell("read", 100, 100)
    assert terminal.text
    terminal.text = ""
    with Progress(quiet=True) as progress:
        progress.tell("read", 10, 100)
    assert terminal.text == ""


def test_the_program_file_is_short():
    assert len((ROOT / "vehicle_battery_scorer.py").read_text(encoding="utf-8").splitlines()) <= 60
    assert callable(command.main)
