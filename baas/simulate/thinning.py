"""Feeds with fewer rows, for demonstrations: what is left out on the way from the car to the file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thinning:
    """Steps between rows [s] while charging, standing and standing plugged in, spans with one row of cells, columns.

    rare: columns sent only in rows that carry cells.
    """

    charge_s: int
    park_s: int
    plugged_s: int
    cells_s: int
    parked_cells_s: int
    columns: tuple[str, ...]
    rare: tuple[str, ...] = ()


_NEEDED = (
    "chrg_cable_conn", "cumul_pw_chrgd", "cumul_pw_dischrgd", "emobility_spd", "ext_temp", "fast_chrg_port_conn",
    "insul_resistance", "odometer", "pack_current", "pack_volt", "slow_chrg_port_conn", "soc", "soh",
)  # fmt: skip
_WANTED = (
    "chrg_cnt", "chrg_cnt_q", "cumul_current_chrgd", "cumul_current_dischrgd", "cumul_energy_chrgd",
    "cumul_energy_chrgd_q", "max_cell_volt", "min_cell_volt", "mod_max_temp", "mod_min_temp", "v2l",
)  # fmt: skip
#: chosen: a third of the bytes, and every analysis still has what it needs
THIN = Thinning(60, 300, 300, 300, 900, _NEEDED + _WANTED)
_RARE = ("ext_temp", "insul_resistance", "soh")
#: chosen: twelve vehicles in 8 MB, five of them with cells often enough to judge every metric
SAMPLE = {
    "full": Thinning(180, 1200, 300, 1200, 1200, _NEEDED, _RARE),
    "lean": Thinning(240, 1800, 300, 1800, 1800, _NEEDED, _RARE),
}
