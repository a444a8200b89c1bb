import re

import pytest

from baas.__main__ import main

HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--vehicles", "0"], "--vehicles"),
        (["--days", "99999"], "--days"),
        (["--interval", "0"], "--interval"),
        (["--every", "0"], "--every"),
        (["--every", "3", "--row", "4"], "--row"),
        (["--seed", "-1"], "--seed"),
        (["--start", "yesterday"], "--start"),
        (["--start", "1890-01-01"], "--start"),
        (["--faults", "nowhere.toml"], "nowhere.toml"),
        (["--vehicles", "90000", "--days", "3000"], "vehicle-days"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_status_2(tmp_path, capsys, arguments, told):
    assert main(["simulate", "--out", str(tmp_path / "new"), *arguments]) == 2
    in_korean = capsys.readouterr().err
    assert main(["simulate", "--lang", "en", "--out", str(tmp_path / "new"), *arguments]) == 2
    in_english = capsys.readouterr().err
    for said in (in_korean, in_english):
        assert told.replace("vehicle-days", "1,000,000") in said
        assert said.count("\n") == 1
        assert bool(HANGUL.search(said)) == (said is in_korean)
    assert not (tmp_path / "new").exists()


def test_a_fleet_is_made_and_its_folder_named(tmp_path, capsys):
    out = tmp_path / "new"
    assert main(["simulate", "--out", str(out), "--vehicles", "1", "--days", "1", "--jobs", "1"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(out)
    assert "가상 차량 1대" in said.err
    assert (out / "truth" / "simulated.json").exists()


@pytest.mark.parametrize("more", [["--lang", "en"], ["--lang=en"], []])
def test_a_fleet_is_told_in_english_too(tmp_path, capsys, monkeypatch, more):
    monkeypatch.setenv("BAAS_LANG", "ko" if more else "en")
    out = tmp_path / "new"
    assert main(["simulate", "--out", str(out), "--vehicles", "1", "--days", "1", "--jobs", "1", *more]) == 0
    said = capsys.readouterr().err
    assert "1 simulated vehicles" in said
    assert not HANGUL.search(said)
    assert main(["simulate", "--out", str(out), *more]) == 2
    assert "not empty" in capsys.readouterr().err


def test_day_tables_are_told_in_both_languages(tmp_path, capsys):
    given = ["--vehicles", "1", "--days", "2", "--jobs", "1", "--tables"]
    assert main(["simulate", "--out", str(tmp_path / "ko"), *given]) == 0
    assert "가상 차량 1대" in capsys.readouterr().err
    assert main(["simulate", "--out", str(tmp_path / "en"), *given, "--lang", "en"]) == 0
    assert "1 simulated vehicles" in capsys.readouterr().err


def test_quiet_is_quiet(tmp_path, capsys):
    assert (
        main(["simulate", "--out", str(tmp_path / "q"), "--vehicles", "1", "--days", "1", "--jobs", "1", "--quiet"])
        == 0
    )
    assert capsys.readouterr().err == ""


def test_an_unknown_command_names_the_known_ones(capsys):
    assert main(["simulte"]) == 2
    assert "simulate" in capsys.readouterr().err
    assert main(["--help"]) == 0
    assert "simulate" in capsys.readouterr().out
