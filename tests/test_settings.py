"""One place for everything a run can be told: file, environment, command line, the later one wins."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from baas.errors import BaasError
from baas.settings import Settings, load


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "baas.toml"


def test_without_being_told_anything_a_fresh_clone_has_defaults(config):
    assert load({}, {}, config) == Settings()


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(config):
    config.write_text('timezone = "UTC"\njobs = 3\nlang = "en"\n', encoding="utf-8")
    settings = load({"lang": "ko"}, {"BAAS_JOBS": "5", "BAAS_LANG": "en"}, config)
    assert (settings.timezone, settings.jobs, settings.lang) == ("UTC", 5, "ko")


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"first_day": "2024-02-29"}, "first_day", date(2024, 2, 29)),
        ({"vehicles": "1,02"}, "vehicles", ("1", "02")),
        ({"inputs": ["a", "b c"]}, "inputs", (Path("a"), Path("b c"))),
        ({"output": "x/y.csv"}, "results_folder", Path("x")),
        ({"full": True}, "full", True),
    ],
)
def test_values_get_their_types(config, given, name, value):
    assert getattr(load(given, {}, config), name) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("yes", True), ("On", True), ("0", False), ("no", False), ("", False)]
)
def test_switches_in_the_environment(config, text, value):
    assert load({}, {"BAAS_FULL": text}, config).full is value


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"first_day": "soon"}, "--from"),
        ({"last_day": "2023-02-29"}, "--to"),
        ({"jobs": "-1"}, "--jobs"),
        ({"executor": "cloud"}, "--executor"),
        ({"timezone": "Nowhere"}, "Nowhere"),
        ({"first_day": "2024-02-02", "last_day": "2024-02-01"}, "--from"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_it_was_given(config, given, words):
    with pytest.raises(BaasError, match=words) as fault:
        load(given, {}, config)
    assert words in fault.value.told("ko")
    assert fault.value.told("ko") != fault.value.told("en")


@pytest.mark.parametrize("text", ["lang = ", "\x00", 'colour = "red"', "jobs = 'many'", "jobs = -4", "first_day = 7"])
def test_a_file_that_cannot_be_is_named(config, text):
    config.write_text(text, encoding="utf-8")
    with pytest.raises(BaasError, match=r"baas\.toml"):
        load({}, {}, config)


def test_a_wrong_word_in_the_environment_is_told_by_the_variable(config):
    with pytest.raises(BaasError, match="BAAS_JOBS"):
        load({}, {"BAAS_JOBS": "all"}, config)


def test_a_day_may_be_a_date_of_toml(config):
    config.write_text("first_day = 2024-03-01\n", encoding="utf-8")
    assert load({}, {}, config).first_day == date(2024, 3, 1)
