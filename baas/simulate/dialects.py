"""The many ways in which the same rows are exported, drawn per file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from baas.simulate.feed import Layout
from baas.simulate.portable import Draws

#: other headings that exports use (research on public loaders of this feed)
OTHER_NAMES: Mapping[str, str] = {
    "device_no": "DEVICE_NO",
    "cell_volt_list": "cellvolt_list",
    "cell_volt_dispersion": "cellvolt_dispersion",
    "emobility_spd": "emobilitySpeed",
    "insul_resistance": "insulatedResistance",
    "min_deter": "minDeterioratation",
    "cumul_pw_chrgd": "cumulativePowerCharged",
    "drive_motor_spd1": "drive_motor_spd_1",
    "msg_time": "messageTime",
    "time": " time",
}
#: what stands for a value that was not sent: all-ones of its field, or zero where zero cannot be read as a value
SENTINELS: Mapping[str, tuple[str, ...]] = {
    "ext_temp": ("-40.0", "87.5", "NaN"),
    "insul_resistance": ("65535", "null"),
    "odometer": ("0", "16777215"),
    "soh": ("6553.5", "0"),
    "sub_batt_volt": ("25.5",),
}
TIMES = (
    "YYYY-MM-DD HH:NN:SS",
    "YY-MM-DD HH:NN:SS",
    "YYYY/MM/DD HH:NN:SS",
    "YYYY.MM.DD HH:NN:SS",
    "YYYY-MM-DDTHH:NN:SS+09:00",
    " YY-MM-DD  HH:NN:SS ",
)


def camel(name: str) -> str:
    """cumul_pw_chrgd -> cumulPwChrgd."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _names(style: int, columns: tuple[str, ...]) -> Mapping[str, str]:
    if style == 1:
        return {name: camel(name) for name in columns}
    return OTHER_NAMES if style == 2 else {}


def drawn_layout(columns: tuple[str, ...], draws: Draws) -> Layout:
    """A layout for one BMS file; psql dumps have blanks around their bars."""
    form = ("wide", "list")[draws.below(2)]
    style = draws.below(3)
    every = ("device_no", "measured_month", "time", "msg_time", "seq", *columns, "cell_volt_list", "mod_temp_list")
    layout = Layout(
        cell_form="wide" if form == "wide" else "list",
        delimiter=(",", "|", " | ")[draws.pick((0.5, 0.25, 0.25))],
        time_pattern=TIMES[draws.below(len(TIMES))],
        names=_names(style, every),
        fills={name: words[draws.below(len(words))] for name, words in SENTINELS.items() if draws.chance(0.7)},
        pad=("", "0", "0.0")[draws.below(3)],
        encoding=("utf-8", "utf-8-sig", "cp949")[draws.below(3)],
        line_end=("\n", "\r\n")[draws.pick((0.7, 0.3))],
        device_zero=draws.chance(0.7),
        with_messages=draws.chance(0.5),
    )
    if draws.chance(0.4):
        layout = replace(layout, cell_names="cell_volt_{}", probe_names="mod_temp_{}")
    return layout
