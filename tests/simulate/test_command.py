import pytest

from baas.__main__ import main


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
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_a_fleet_is_made_and_its_folder_named(tmp_path, capsys):
    out = tmp_path / "new"
    assert main(["simulate", "--out", str(out), "--vehicles", "1", "--days", "1", "--jobs", "1"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(out)
    assert "1 simulated vehicles" in said.err
    assert (out / "truth" / "simulated.json").exists()


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
