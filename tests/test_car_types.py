"""The car types that come with the product, and what a wrong file of a user's own is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from baas.cars import NUMBERS, CarType, CarTypes, load_car_types
from baas.errors import BaasError

FOLDER = Path(__file__).resolve().parent.parent / "car_types"
#: cell voltages at which makers rate energy, by chemistry; lithium-ion data sheets of the packs listed
NOMINAL_V = {"NMC": (3.6, 3.75), "NCA": (3.6, 3.75), "LMO": (3.7, 3.8), "LFP": (3.2, 3.22), "": (3.6, 3.75)}
GOOD = 'name = "Testcar"\nvariant = "One"\n'


@pytest.fixture(scope="module")
def shipped() -> CarTypes:
    return load_car_types(FOLDER)


def written(folder: Path, text: str, name: str = "one.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_at_least_twenty_types_are_shipped(shipped: CarTypes) -> None:
    assert len({car.name for car in shipped.variants}) >= 20
    assert len(shipped.variants) >= 24


@pytest.mark.parametrize("car", load_car_types(FOLDER).variants, ids=lambda car: car.label)
def test_every_number_says_where_it_was_read(car: CarType) -> None:
    numbers = [car.number(column.name) for column in NUMBERS]
    assert any(numbers), "a type without a number helps nobody"
    for number in filter(None, numbers):
        assert len(number.source) > 8
        assert number.unsure or not number.source.startswith(("recalled", "unofficial"))


@pytest.mark.parametrize("car", load_car_types(FOLDER).variants, ids=lambda car: car.label)
def test_cells_voltage_and_charge_make_the_stated_energy(car: CarType) -> None:
    stated = [number.value for number in (car.usable_kwh, car.gross_kwh) if number]
    if car.series is None or car.rated_ah is None or not stated:
        assert not (car.series and car.rated_ah), f"{car.label}: cells and Ah without any kWh to hold them against"
        return
    low, high = (volts * car.series * car.rated_ah / 1000 for volts in NOMINAL_V[car.chemistry])
    assert any(low / 1.06 <= kwh <= high * 1.06 for kwh in stated), f"{low:.1f} to {high:.1f} kWh, stated {stated}"


@pytest.mark.parametrize("car", load_car_types(FOLDER).variants, ids=lambda car: car.label)
def test_range_over_efficiency_is_the_energy_and_a_charging_loss(car: CarType) -> None:
    """The label's efficiency counts energy at the plug: 4 to 21 % above what the battery gives."""
    if car.certified_range_km is None or car.certified_efficiency is None:
        return
    energy = car.gross_kwh if car.gross_kwh and not car.usable_kwh else car.usable_kwh or car.gross_kwh
    assert energy is not None
    at_the_plug = car.certified_range_km.value / car.certified_efficiency
    assert 1.04 <= at_the_plug / energy.value <= 1.28


@pytest.mark.parametrize("car", load_car_types(FOLDER).variants, ids=lambda car: car.label)
def test_modules_hold_whole_groups_of_cells(car: CarType) -> None:
    if car.cells_per_module is None or car.cells_parallel is None or car.series is None:
        assert car.readings_per_module is None or car.series is None
        return
    assert car.cells_per_module.value % car.cells_parallel.value == 0
    assert car.readings_per_module
    assert car.series % car.readings_per_module == 0


@pytest.mark.parametrize("car", load_car_types(FOLDER).variants, ids=lambda car: car.label)
def test_no_variant_is_hidden_behind_another(car: CarType, shipped: CarTypes) -> None:
    assert shipped.find(car.label).label == car.label


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("아이오닉5", "IONIQ 5"),
        ("아이오닉 5", "IONIQ 5"),
        ("Ionic5", "IONIQ 5"),
        ("현대 IONIQ-5", "IONIQ 5"),
        ("Ionic6", "IONIQ 6"),
        ("ev6", "EV6"),
        ("기아 EV6", "EV6"),
        ("코나 일렉트릭", "Kona Electric"),
        ("KonaEV", "Kona Electric"),
        ("니로EV", "Niro EV"),
        ("쏘울 EV", "Soul EV"),
        ("PORTER2", "Porter II Electric"),
        ("포터Ⅱ 일렉트릭", "Porter II Electric"),
        ("Bongo3EV", "Bongo III EV"),
        ("레이 EV", "Ray EV"),
        ("캐스퍼 일렉트릭", "Casper Electric"),
        ("G80 전동화", "G80 EV"),
        ("볼트 EV", "Bolt EV"),
        ("닛산 리프", "Leaf"),
        ("모델 Y", "Model Y"),
    ],
)
def test_korean_names_and_common_misspellings_are_understood(shipped: CarTypes, name: str, family: str) -> None:
    assert shipped.find(name).name == family


def test_a_decomposed_hangul_name_is_the_same_name(shipped: CarTypes) -> None:
    decomposed = "\u1102\u1175\u1105\u1169 EV"  # 니로, as some file systems write it
    assert shipped.find(decomposed).name == "Niro EV"


@pytest.mark.parametrize("name", ["코나 하이브리드", "포터 디젤", "아이오닉7", "레이싱카", "EV60", "니로 PHEV"])
def test_a_name_that_only_begins_like_a_type_is_not_that_type(shipped: CarTypes, name: str) -> None:
    found = shipped.find(name)
    assert found.name == name
    assert not found.is_known
    assert "is not registered" in found.note


def test_the_anonymous_recordings_give_their_cell_count_and_nothing_else(shipped: CarTypes) -> None:
    for name, series in (("BEV-88S", 88), ("BEV-87S", 87)):
        car = shipped.find(name, 2018, series)
        assert car.series == series
        assert [column.name for column in NUMBERS if car.number(column.name)] == ["cells_series"]


def test_a_file_with_name_and_variant_alone_is_a_type_without_numbers(tmp_path: Path) -> None:
    (car,) = load_car_types(written(tmp_path, GOOD)).variants
    assert car.label == "Testcar One"
    assert not car.is_known


def test_a_number_keeps_its_source_and_its_doubt(tmp_path: Path) -> None:
    text = GOOD + 'cells_series = { value = 96, source = "the plate", unsure = true }\nmodel_years = [2020]\n'
    (car,) = load_car_types(written(tmp_path, text)).variants
    assert car.cells_series is not None
    assert (car.series, car.cells_series.source, car.cells_series.unsure) == (96, "the plate", True)
    assert car.made_in(2030)
    assert not car.made_in(2019)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("cells_series = 96", "cells_series"),
        ('cells_series = { value = 96, source = "" }', "cells_series"),
        ("cells_series = { value = 96 }", "cells_series"),
        ('cells_series = { value = 9600, source = "the plate" }', "cells_series"),
        ('cells_series = { value = 96.5, source = "the plate" }', "cells_series"),
        ('cells_series = { value = "96", source = "the plate" }', "cells_series"),
        ('cells_series = { value = true, source = "the plate" }', "cells_series"),
        ('cells_series = { value = 96, source = "the plate", sure = true }', "cells_series"),
        ('cells_series = { value = 96, source = "the plate", unsure = "yes" }', "cells_series"),
        ('usable_kwh = { value = nan, source = "the plate" }', "usable_kwh"),
        ('certified_km_per_kwh = { value = 0, source = "the plate" }', "certified_km_per_kwh"),
        ('usable_kwh = { value = 80, source = "a" }\ngross_kwh = { value = 70, source = "a" }', "usable_kwh"),
        ('cell_series = { value = 96, source = "the plate" }', "cell_series"),
        ('chemistry = "LTO"', "chemistry"),
        ('body = "boat"', "body"),
        ("maker = 3", "maker"),
        ('aliases = "시험차"', "aliases"),
        ("named_only = 1", "named_only"),
        ("model_years = 2021", "model_years"),
        ("model_years = [2023, 2021]", "model_years"),
        ("model_years = [21]", "model_years"),
    ],
)
def test_a_wrong_entry_is_refused_with_file_and_key(tmp_path: Path, line: str, key: str) -> None:
    with pytest.raises(BaasError) as refusal:
        load_car_types(written(tmp_path, GOOD + line + "\n"))
    for lang in ("ko", "en"):
        told = refusal.value.told(lang)
        assert "one.toml" in told
        assert key in told
        assert bool(re.search("[가-힣]", told.split("one.toml")[1].replace("시험차", ""))) == (lang == "ko")


@pytest.mark.parametrize(("text", "key"), [('variant = "One"', "name"), ('name = "Testcar"', "variant")])
def test_a_missing_name_is_refused(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(BaasError, match=f"one.toml: {key} is missing"):
        load_car_types(written(tmp_path, text))


def test_broken_toml_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BaasError, match="no such folder"):
        load_car_types(tmp_path / "nowhere")
    with pytest.raises(BaasError, match=r"one\.toml: not readable as TOML"):
        load_car_types(written(tmp_path, "name = "))


def test_two_families_cannot_share_a_spelling(tmp_path: Path) -> None:
    written(tmp_path, GOOD + 'aliases = ["시험차"]\n')
    written(tmp_path, 'name = "Other"\nvariant = "A"\naliases = ["시험 차"]\n', "two.toml")
    with pytest.raises(BaasError, match=r"two\.toml: aliases .*one\.toml"):
        load_car_types(tmp_path)


def test_one_variant_cannot_be_described_twice(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    written(tmp_path, 'name = "Testcar"\nvariant = "ONE"\n', "two.toml")
    with pytest.raises(BaasError, match=r"two\.toml: variant 'ONE'"):
        load_car_types(tmp_path)
