"""Which type a device is, and device numbers that spreadsheets have damaged."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baas.cars import UNKNOWN, CarType, CarTypes, Sourced, canonical_devices, clean_device_no, same_device


def sure(value: float) -> Sourced:
    return Sourced(value, "test")


def variant(
    name: str, series: int | None, kwh: float, efficiency: float | None, years: tuple[int, int | None]
) -> CarType:
    return CarType(
        name="Testcar",
        variant=name,
        aliases=("시험차",),
        variant_aliases=("롱레인지",) if name.startswith("LR") else (),
        maker="Maker",
        model_years=years,
        chemistry="NMC",
        cells_series=sure(series) if series else None,
        usable_kwh=sure(kwh),
        certified_km_per_kwh=sure(efficiency) if efficiency else None,
    )


SMALL = variant("SR 58", 144, 58.0, 5.6, (2021, 2023))
LARGE = variant("LR 77", 192, 77.4, 5.4, (2021, 2023))
LATER = variant("LR 84", 192, 84.0, 5.3, (2024, None))
FLEET = CarTypes((SMALL, LARGE, LATER))


# --- which type ---------------------------------------------------------------------------------------------------


def test_the_cells_of_the_recording_tell_the_variant() -> None:
    assert FLEET.find("testcar", cells_series=144) == SMALL


def test_the_model_year_decides_where_the_cells_do_not() -> None:
    assert FLEET.find("TEST-CAR", 2022, 192) == LARGE
    assert FLEET.find("Test Car", 2027, 192) == LATER


def test_the_cells_outweigh_the_model_year() -> None:
    assert FLEET.find("시험차", 2025, 144) == SMALL


def test_a_dead_cell_channel_does_not_hide_the_type_but_more_cells_than_it_has_do() -> None:
    assert FLEET.find("testcar", 2022, 190) == LARGE
    assert not FLEET.find("testcar", 2022, 194).is_known


def test_the_variant_in_the_name_is_heard_in_either_language() -> None:
    assert FLEET.find("시험차 SR58") == SMALL
    assert FLEET.find("Maker Testcar LR-84") == LATER
    assert FLEET.find("시험차 롱레인지", 2022) == LARGE


def test_without_evidence_only_what_the_variants_share_is_told() -> None:
    found = FLEET.find("testcar", cells_series=192)
    assert found.series == 192
    assert found.certified_efficiency == pytest.approx(5.4)  # 5.4 and 5.3 agree within 3 %
    assert found.usable_energy_kwh is None
    assert found.variant == ""
    assert "usable_kwh" in found.note
    assert "certified_km_per_kwh" not in found.note
    assert "보류" in found.note_ko


def test_no_certified_figure_is_guessed() -> None:
    found = FLEET.find("testcar")
    assert (found.certified_efficiency, found.usable_energy_kwh, found.series) == (None, None, None)
    assert found.chemistry == "NMC"


def test_a_figure_that_one_variant_lacks_is_not_lent_by_another() -> None:
    fleet = CarTypes((LARGE, variant("LR 84", 192, 84.0, None, (2024, None))))
    assert fleet.find("testcar").certified_efficiency is None


def test_agreement_is_as_unsure_as_its_least_sure_part() -> None:
    doubtful = CarType("Testcar", "X", certified_km_per_kwh=Sourced(5.35, "test", unsure=True))
    found = CarTypes((LARGE, doubtful)).find("testcar").certified_km_per_kwh
    assert found is not None
    assert found.unsure


def test_counts_must_agree_exactly() -> None:
    fleet = CarTypes((variant("A", 98, 64.0, 5.3, (2018, 2022)), variant("B", 96, 64.8, 5.3, (2022, None))))
    assert fleet.find("testcar").series is None
    assert fleet.find("testcar").usable_energy_kwh == pytest.approx(64.0)


def test_cells_that_fit_no_variant_withhold_every_number() -> None:
    found = FLEET.find("testcar", 2022, 98)
    assert not found.is_known
    assert found.name == "Testcar"
    assert "144, 192" in found.note
    assert "98" in found.note_ko


def test_a_doubtful_cell_count_gives_way_to_the_recording() -> None:
    doubtful = CarType("Testcar", "X", cells_series=Sourced(90, "test", unsure=True), usable_kwh=sure(58.8))
    found = CarTypes((doubtful,)).find("testcar", cells_series=98)
    assert found.series is None
    assert found.usable_energy_kwh == pytest.approx(58.8)
    assert CarTypes((doubtful,)).find("testcar", cells_series=90).series == 90


def test_the_registry_travels_to_worker_processes() -> None:
    FLEET.find("testcar")
    assert pickle.loads(pickle.dumps(FLEET)).find("testcar", 2022, 192) == LARGE


def test_a_trim_is_taken_only_when_it_is_named() -> None:
    trim = CarType("Testcar", "4WD", named_only=True, certified_km_per_kwh=sure(4.6))
    fleet = CarTypes((LARGE, trim))
    assert fleet.find("testcar") == LARGE
    assert fleet.find("testcar 4wd") == trim


def test_an_unknown_name_is_kept_and_its_cost_is_told() -> None:
    found = FLEET.find(" Nobody's car ", 2022, 96)
    assert found.name == "Nobody's car"
    assert not found.is_known
    assert "certified" in found.note
    assert "공인값" in found.note_ko


def test_no_name_is_the_unknown_type() -> None:
    assert FLEET.find("") is UNKNOWN
    assert FLEET.find(" - ") is UNKNOWN
    assert UNKNOWN.note
    assert UNKNOWN.certified_efficiency is None


# --- device numbers -----------------------------------------------------------------------------------------------


def test_leading_zeros_do_not_make_another_device_but_inner_zeros_do() -> None:
    assert same_device("01234", "1234")
    assert same_device("0001234", "01234")
    assert not same_device("10234", "1234")
    assert not same_device("12340", "1234")
    assert not same_device("0A12", "A12")


def test_the_longest_form_of_a_number_is_used() -> None:
    found = canonical_devices(["1200000002", "01200000002", "1020000002", "A01", "01"])
    assert found["1200000002"] == found["01200000002"] == "01200000002"
    assert found["1020000002"] == "1020000002"
    assert (found["A01"], found["01"]) == ("A01", "01")


DEVICES = st.lists(st.from_regex(r"0{0,3}[0-9]{1,4}|[A-C]0[0-9]", fullmatch=True), max_size=12)


@given(DEVICES, st.randoms())
def test_the_form_to_use_depends_on_neither_order_nor_repetition(devices: list[str], dice: object) -> None:
    shuffled = [*devices, *devices]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert canonical_devices(shuffled) == canonical_devices(devices)


@given(DEVICES)
def test_a_form_to_use_is_a_form_seen_and_stays_the_same(devices: list[str]) -> None:
    found = canonical_devices(devices)
    assert set(found) == set(devices)
    assert set(found.values()) <= set(devices)
    assert canonical_devices(found.values()) == {form: form for form in found.values()}
    assert all(same_device(form, chosen) for form, chosen in found.items())


@pytest.mark.parametrize(
    ("cell", "device_no", "damage"),
    [
        ("01200000002", "01200000002", ""),
        (" 01200000002 ", "01200000002", ""),
        ("1200000002", "1200000002", ""),
        ("AB-0012", "AB-0012", ""),
        ("3E10", "3E10", ""),
        ("'01200000002", "01200000002", "repaired"),
        ('="01200000002"', "01200000002", "repaired"),
        ("=01200000002", "01200000002", "repaired"),
        ("1200000002.0", "1200000002", "repaired"),
        ("1,200,000,002", "1200000002", "repaired"),
        ("1.200000002E+09", "1200000002", "repaired"),
        ("1.2E+09", "", "lost"),
        ("1.20000E+10", "", "lost"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", "formula"),
        ("", "", ""),
    ],
)
def test_a_damaged_number_is_repaired_only_where_it_is_certain(cell: str, device_no: str, damage: str) -> None:
    assert clean_device_no(cell) == (device_no, damage)


@given(st.from_regex(r"[0-9]{1,14}|[A-Z]{2}-[0-9]{3}", fullmatch=True))
def test_an_undamaged_number_is_left_alone(device_no: str) -> None:
    assert clean_device_no(device_no) == (device_no, "")
