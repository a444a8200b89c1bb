"""A format is a TOML file; a wrong one is told with file and key."""

import re
from pathlib import Path

import numpy as np
import pytest
from reading import SETTINGS

from baas.errors import BaasError
from baas.ingest.formats import load_formats

TORQUE = """
name = "torque"
kind = "bms"
needs = ["time", "soc"]
device_in_name = 'trackLog-(?P<device>[a-z0-9]+)'

[columns]
time = { from = ["Device Time"], format = "DMY" }
soc = { from = "SOC (x2)", scale = 0.5 }
pack_current = { from = ["I"], scale = -1, offset = 0, missing = [-999] }
ext_temp = { from = "Ambient F", scale = 0.5555555555555556, offset = -17.77777777777778 }

[cells]
columns = ["Cell {n} mV"]
first = 0
scale = 0.001
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_user_adds_a_format_without_python(read, tmp_path: Path) -> None:
    formats = load_formats([written(tmp_path, TORQUE)])
    rows = [
        "Device Time,SOC (x2),I,Ambient F,Cell 0 mV,Cell 1 mV,Other",
        *(f"31-01-2023 12:00:0{no},165,{no},212,4047,3999.6,x" for no in range(4)),
    ]
    done = read(
        "\n".join([*rows, "31-01-2023 12:00:09,165,-999,-40,,-"]) + ",x\n", name="trackLog-abc1.csv", formats=formats
    )
    assert (done.report.format, done.report.unknown_columns) == ("torque", ("Other",))
    assert done.signals.devices == ("abc1",)
    assert done.signals.column("soc").tolist() == [82.5] * 5
    assert done.signals.column("pack_current")[:4].tolist() == [0, -1, -2, -3]
    assert np.isnan(done.signals.column("pack_current")[4])
    assert done.signals.column("ext_temp").tolist() == pytest.approx([100, 100, 100, 100, -40])
    assert done.signals.cells_mv.tolist() == [[4047, 4000]] * 4 + [[32767, 32767]]


def test_a_users_format_replaces_one_of_the_same_name(tmp_path: Path) -> None:
    folder = written(tmp_path, TORQUE.replace('"torque"', '"leafspy"')).parent
    names = [form.name for form in load_formats([folder])]
    assert sorted(names) == sorted({form.name for form in SETTINGS.formats})


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "bms"', 'kind = "obd"', "kind"),
        ('name = "torque"', 'name = "My Format"', "name"),
        ('needs = ["time", "soc"]', 'needs = ["time", "charge"]', "needs: 'charge'"),
        ("scale = 0.5 }", "scale = 0 }", "columns.soc: scale"),
        ("scale = 0.5 }", 'scale = "half" }', "columns.soc: scale"),
        ("scale = 0.5 }", "factor = 0.5 }", "columns.soc: factor: unknown key"),
        ("soc = ", "charge = ", "columns: 'charge'"),
        ('format = "DMY"', 'format = "day first"', "columns.time: format"),
        ('"Cell {n} mV"', '"Cell mV"', "cells: columns"),
        ("(?P<device>[a-z0-9]+)", "[a-z", "device_in_name"),
        ("(?P<device>[a-z0-9]+)", "[a-z]", "device_in_name: needs a group"),
        ('"Ambient F"', '"I"', "columns.ext_temp: 'i' already stands for pack_current"),
        ("[columns]", "[colums]", "columns"),
        ("missing = [-999]", 'missing = ["x"]', "columns.pack_current: missing"),
        ('name = "torque"', "name = torque", "not readable as TOML"),
    ],
)
def test_a_wrong_format_is_told_with_file_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in TORQUE
    path = written(tmp_path, TORQUE.replace(old, new))
    with pytest.raises(BaasError) as fault:
        load_formats([path])
    assert str(fault.value).startswith(str(path))
    assert told in str(fault.value)
    in_korean = fault.value.told("ko")
    assert in_korean.startswith(str(path))
    assert told.split(": ")[0] in in_korean or told == "not readable as TOML"
    assert re.search("[가-힣]", in_korean)


def test_a_missing_format_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BaasError, match=r"nothing\.toml"):
        load_formats([tmp_path / "nothing.toml"])
