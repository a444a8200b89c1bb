"""Every table keeps the contract: unit, meaning in two languages, a range that can be, a name that ends in its unit."""

from __future__ import annotations

import numpy as np
import pytest

from baas.schema import UNIT_SUFFIXES, Column, Table
from baas.tables import days, feed, results

FEED = [feed.BMS, feed.GPS]
DERIVED = [table for module in (days, results) for table in vars(module).values() if isinstance(table, Table)]
COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}") for table in FEED + DERIVED for column in table
]
DERIVED_COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}") for table in DERIVED for column in table
]
#: units that one or two columns have, and what their names end in
RARE_SUFFIXES = {"1/h": ("_c_rate",), "m²/s²": ("_m2_s2",), "kΩ": ("_kohm",), "m/s²": ("_m_s2",)}
SUFFIXES = {**RARE_SUFFIXES, **UNIT_SUFFIXES}
#: what is counted in these is a judgement, not an amount, and is named for what it judges
JUDGEMENTS = {"points", "share"}
#: columns beside the usual ones that users of the feed name
NAMED_BY_THE_FEED = """msg_id seq socd vin start_time est_chrg_time fast_chrg_relay_on sub_batt_volt
    inverter_capacity_volt batt_coolant_inlet_temp batt_ltr_rear_temp batt_pra_busbar_temp chrg_cnt_q
    cumul_energy_chrgd_q trip_chrg_pw trip_dischrg_pw chg_seg chg_mode car_type hvac_list1 hvac_list2
    insul_resistance"""


def korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_column_has_a_meaning_in_two_languages(table: Table, column: Column) -> None:
    assert column.doc.strip()
    assert not korean(column.doc)
    assert korean(column.ko) or column.ko.isupper() or any(word.isupper() for word in column.ko.split())
    assert column.name == column.name.lower()
    assert column.name.isascii()


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_range_can_be_and_holds_no_filler_by_chance(table: Table, column: Column) -> None:
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    assert low < high
    assert column.is_number or (column.low is None and column.high is None and not column.missing)
    assert len(set(column.missing)) == len(column.missing)
    assert column.dtype != "flag" or (low, high) in ((0, 1), (-np.inf, np.inf))


@pytest.mark.parametrize(("table", "column"), DERIVED_COLUMNS)
def test_a_derived_column_ends_in_its_unit(table: Table, column: Column) -> None:
    """Amounts end in their unit; what has no unit does not pretend to one."""
    if column.unit in JUDGEMENTS:
        assert column.is_number
    elif column.unit:
        assert column.unit in SUFFIXES, f"no suffix is declared for {column.unit}"
        assert column.name.endswith(SUFFIXES[column.unit])
    elif column.is_number:
        ends = [suffix for unit in ("km", "kWh", "Ah", "°C", "%", "kW", "km/h") for suffix in SUFFIXES[unit]]
        assert not column.name.endswith(tuple(ends))


@pytest.mark.parametrize("table", FEED + DERIVED, ids=lambda table: table.name)
def test_a_table_has_a_grain_and_a_key(table: Table) -> None:
    assert table.grain
    assert table.key
    assert set(table.key) <= set(table.names)


def test_the_feed_has_all_cells_modules_and_positions() -> None:
    assert [column.name for column in feed.CELLS][:: feed.MOST_CELLS - 1] == ["cell_v_001", "cell_v_192"]
    assert [column.name for column in feed.MODULES][:: feed.MOST_MODULES - 1] == ["mod_temp_01", "mod_temp_18"]
    scalars = len(feed.BMS.columns) - len(feed.CELLS) - len(feed.MODULES)
    assert scalars >= 65
    assert set(NAMED_BY_THE_FEED.split()) <= set(feed.BMS.names)
    assert len(feed.GPS.columns) >= 14
    assert set(feed.BMS_NUMBERS) < set(feed.BMS.names)
    assert set(feed.GPS_NUMBERS) < set(feed.GPS.names)


@pytest.mark.parametrize("name", sorted(feed.DOUBLE_PRECISION))
def test_what_loses_digits_in_32_bits_is_kept_in_64(name: str) -> None:
    assert name in feed.BMS.names or name in feed.GPS.names
    table = feed.BMS if name in feed.BMS.names else feed.GPS
    assert table[name].is_number


@pytest.mark.parametrize("name", [name for name in feed.BMS_NUMBERS if name not in feed.DOUBLE_PRECISION])
def test_what_is_kept_in_32_bits_keeps_its_resolution(name: str) -> None:
    column = feed.BMS[name]
    most = max(abs(column.low or 0), abs(column.high or 0))
    if column.high is not None:
        assert np.spacing(np.float32(most)) <= 0.005, "a hundredth of its unit must survive"


@pytest.mark.parametrize("array", days.DAY_ARRAYS, ids=lambda array: array.name)
def test_a_day_array_has_a_shape_a_meaning_and_a_way_to_merge(array: days.DayArray) -> None:
    assert array.doc
    assert array.merge in ("sum", "max")
    assert all(size in ("cells", "modules") or int(size) > 0 for size in array.shape)
    assert array.name.endswith(("_s", "_n", "_mv", "_a2", "_c"))


@pytest.mark.parametrize(
    ("bins", "name"),
    [(days.TEMPERATURE_BINS, "park_temp_s"), (days.SPREAD_C_BINS, "module_spread_s"), (days.SOC_BINS, "soc_park_s"),
     (days.SPEED_BINS, "speed_s"), (days.ACCELERATION_BINS, "accel_n")],
)  # fmt: skip
def test_bins_are_as_many_as_their_array_is_long(bins: days.Bins, name: str) -> None:
    assert next(array.shape for array in days.DAY_ARRAYS if array.name == name) == (bins.count,)


def test_bins_reach_over_the_range_of_their_quantity() -> None:
    def reach(bins: days.Bins) -> tuple[float, float]:
        return bins.low, bins.low + bins.step * bins.count

    assert reach(days.TEMPERATURE_BINS) == (feed.MODULE.low, feed.MODULE.high)
    assert reach(days.SOC_BINS) == (feed.BMS["soc"].low, feed.BMS["soc"].high)
    assert reach(days.SPEED_BINS) == (feed.BMS["emobility_spd"].low, feed.BMS["emobility_spd"].high)
