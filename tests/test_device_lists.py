"""Device lists as people keep them in spreadsheets, several of them, and the one written for people to complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from baas.cars import (
    DeviceList,
    KnownCars,
    is_device_list,
    merge_device_lists,
    new_device_list,
    read_device_list,
    write_device_list,
)
from baas.errors import BaasError

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "fleet_export"

NAME = "betterwhy_cartype_list_202401.csv"


def listed(folder: Path, text: str, name: str = NAME, encoding: str = "utf-8") -> DeviceList:
    (folder / name).write_bytes(text.encode(encoding))
    return read_device_list(folder / name)


def entries(found: DeviceList) -> list[tuple[str, str, int | None]]:
    return [(car.device_no, car.car_type, car.model_year) for car in found.cars]


def test_the_real_list_is_read_from_cp949_with_korean_headings() -> None:
    found = read_device_list(REAL / "betterwhy_cartype_list_201908.csv")
    assert entries(found) == [
        ("1200000002", "BEV-88S", 2017),
        ("01200000003", "BEV-87S", 2018),
        ("01200000010", "리프 24", 2013),
        ("01200000020", "쏘울 EV 27", 2017),
    ]
    assert found.messages == ()


def test_a_lost_leading_zero_still_finds_the_device_of_the_feed() -> None:
    known = merge_device_lists([read_device_list(REAL / "betterwhy_cartype_list_201908.csv")])
    found = known.of("01200000002")
    assert found is not None
    assert found.car_type == "BEV-88S"
    assert known.of("01200000099") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "euc-kr"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encoding_and_delimiter_make_no_difference(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "단말번호,차종,연식\n012,아이오닉5,2021\n".replace(",", delimiter)
    assert entries(listed(tmp_path, text, encoding=encoding)) == [("012", "아이오닉5", 2021)]


@pytest.mark.parametrize(
    "header",
    [
        "device_no,car_type,model_year",
        "clientid,car_type,model_year",
        "deviceNo,CarType,modelYear",
        "단말번호,차종,연식",
    ],
)
def test_headings_are_known_in_all_their_forms(tmp_path: Path, header: str) -> None:
    assert entries(listed(tmp_path, f"{header}\n012,EV6,2022\n")) == [("012", "EV6", 2022)]


def test_a_printed_database_table_is_a_list_too(tmp_path: Path) -> None:
    text = " device_no | car_type \n-----------+----------\n 012       | EV6      \n(1 row)\n"
    found = listed(tmp_path, text)
    assert entries(found) == [("012", "EV6", None)]
    assert len(found.rows) == 1


def test_all_columns_and_rows_are_kept_for_writing_the_list_again(tmp_path: Path) -> None:
    found = listed(tmp_path, '메모,clientid,car_type\n"택시, 서울",012,EV6\n,,\n예비,,EV6\n짧음\n')
    assert found.header == ("메모", "clientid", "car_type")
    assert found.rows == (("택시, 서울", "012", "EV6"), ("예비", "", "EV6"), ("짧음", "", ""))
    assert [car.row for car in found.cars] == [0]
    assert [message.line for message in found.messages] == [4, 5]


def test_the_model_year_may_stand_in_the_month_column(tmp_path: Path) -> None:
    rows = ("01,EV6,,2022-03", "02,EV6,2021,2022-03", "03,EV6,,3", "04,EV6,신형,", "05,EV6,21년식,")
    found = listed(tmp_path, "\n".join(("clientid,car_type,model_year,model_month", *rows)))
    assert [car.model_year for car in found.cars] == [2022, 2021, None, None, 2021]
    assert [message.device_no for message in found.messages] == ["04"]


def test_a_number_that_a_spreadsheet_destroyed_is_reported_and_not_guessed(tmp_path: Path) -> None:
    found = listed(tmp_path, "device_no,car_type\n1.2E+09,EV6\n'012,EV6\n")
    assert entries(found) == [("012", "EV6", None)]
    (message,) = found.messages
    assert message.line == 2
    assert "1.2E+09" in message.en
    assert "1.2E+09" in message.ko


def test_a_device_number_that_is_a_formula_is_told(tmp_path: Path) -> None:
    found = listed(tmp_path, "device_no,car_type\n=cmd|' /C calc'!A0,EV6\n")
    assert "formula" in found.messages[0].en
    assert found.cars[0].device_no.startswith("=cmd")


def test_a_device_listed_twice_is_told_and_the_later_type_holds(tmp_path: Path) -> None:
    found = listed(tmp_path, "device_no,car_type\n012,EV6\n12,Kona EV\n013,EV6\n013,EV6\n014,EV6\n014,\n")
    assert [(car.device_no, car.car_type) for car in found.cars] == [("12", "Kona EV"), ("013", "EV6"), ("014", "EV6")]
    different, same, emptied = found.messages
    assert "different" in different.en
    assert "lines 2 and 3" in different.en
    assert "same entry" in same.en
    assert emptied.device_no == "014"


def test_a_list_without_device_numbers_or_rows_says_so(tmp_path: Path) -> None:
    nameless = listed(tmp_path, "차종,연식\nEV6,2022\n")
    assert (nameless.cars, len(nameless.rows), len(nameless.messages)) == ((), 1, 1)
    assert "device_no" in nameless.messages[0].ko
    assert len(listed(tmp_path, "\n").messages) == 1


def test_a_list_that_cannot_be_read_stops_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(BaasError, match=r"nowhere\.csv: device list cannot be read"):
        read_device_list(tmp_path / "nowhere.csv")
    (tmp_path / NAME).write_bytes(b"device_no\n\xff\xff\xff\n")
    with pytest.raises(BaasError, match="neither UTF-8 nor CP949"):
        read_device_list(tmp_path / NAME)
    with pytest.raises(BaasError, match="not a table of text"):
        listed(tmp_path, "device_no,car_type\n" + "9" * 200_000 + ",EV6\n")


def test_a_device_list_is_known_by_its_name() -> None:
    names = ("betterwhy_cartype_list_201908.csv", "aicar_cartype_list.csv", "Car_Type_List (2).CSV")
    assert all(is_device_list(Path(name)) for name in names)
    assert not any(is_device_list(Path(name)) for name in ("EV6.result.csv", "bms_012.csv", "cartype_list.toml"))


# --- several lists ------------------------------------------------------------------------------------------------


def merged(folder: Path, **texts: str) -> KnownCars:
    return merge_device_lists([listed(folder, text, f"{name}.csv") for name, text in texts.items()])


def test_the_newest_list_wins_and_the_conflict_is_told(tmp_path: Path) -> None:
    found = merged(
        tmp_path,
        betterwhy_cartype_list_20240301="device_no,car_type\n012,EV6\n",
        betterwhy_cartype_list_202312="device_no,car_type\n012,Kona EV\n",
        aicar_cartype_list="device_no,car_type\n012,Niro EV\n013,GV60\n",
    )
    assert found.cars["12"].car_type == "EV6"
    assert found.cars["13"].car_type == "GV60"
    assert len(found.messages) == 2
    assert "202312" in found.messages[0].en


def test_lists_that_agree_are_silent(tmp_path: Path) -> None:
    text = "device_no,car_type\n012,EV6\n"
    assert (
        merged(tmp_path, a_cartype_list_202401=text, a_cartype_list_202402=text.replace("EV6", "ev 6")).messages == ()
    )


def test_a_newer_empty_entry_does_not_wipe_out_an_older_one(tmp_path: Path) -> None:
    found = merged(
        tmp_path,
        a_cartype_list_202401="device_no,car_type,model_year\n012,EV6,2022\n013,EV6,2022\n014,EV6,\n",
        a_cartype_list_202402="device_no,car_type,model_year\n012,,\n013,EV6,\n014,,2023\n",
    )
    assert [(car.car_type, car.model_year) for car in found.cars.values()] == [
        ("EV6", 2022),
        ("EV6", 2022),
        ("EV6", 2023),
    ]


def test_the_model_year_of_another_type_is_not_borrowed(tmp_path: Path) -> None:
    found = merged(
        tmp_path,
        a_cartype_list_202401="device_no,car_type,model_year\n012,Kona EV,2019\n",
        a_cartype_list_202402="device_no,car_type,model_year\n012,EV6,\n",
    )
    assert found.cars["12"].model_year is None


# --- the list for people to complete ------------------------------------------------------------------------------


def test_only_devices_in_no_list_are_put_forward(tmp_path: Path) -> None:
    known = merged(tmp_path, a_cartype_list="device_no,car_type\n12,EV6\n")
    rows = new_device_list(known, {"012": "EV6", "013": "GV60", "13": "", "014": ""})
    assert rows == (("013", "GV60", ""), ("014", "", ""))


def test_a_written_list_reads_back_and_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "car_types" / NAME
    rows = (("01200000002", "아이오닉5", ""), ("=cmd|' /C calc'!A0", "EV6", ""))
    assert write_device_list(path, rows) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"\n=cmd" not in path.read_bytes()
    assert [car.device_no for car in read_device_list(path).cars] == ["01200000002", "=cmd|' /C calc'!A0"]
    assert [one.name for one in path.parent.iterdir()] == [NAME]


def test_a_persons_entries_stay_when_devices_are_added(tmp_path: Path) -> None:
    path = tmp_path / NAME
    listed(tmp_path, "메모,차종,단말번호\n김 과장,EV6 4WD,12\n", encoding="cp949")
    assert write_device_list(path, (("012", "EV6", ""), ("013", "GV60", ""))) == 1
    found = read_device_list(path)
    assert found.header == ("메모", "차종", "단말번호")
    assert found.rows == (("김 과장", "EV6 4WD", "12"), ("", "GV60", "013"))


def test_a_list_with_nothing_to_add_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / NAME
    listed(tmp_path, "단말번호;차종\n012;EV6\n", encoding="cp949")
    before = path.read_bytes()
    assert write_device_list(path, (("12", "Kona EV", ""),)) == 0
    assert path.read_bytes() == before


def test_a_file_that_is_no_list_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text("my notes\n", encoding="utf-8")
    with pytest.raises(BaasError, match="left alone"):
        write_device_list(path, (("012", "EV6", ""),))
    assert path.read_text(encoding="utf-8") == "my notes\n"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BaasError, match="cannot be written"):
        write_device_list(tmp_path / "file" / NAME, (("012", "EV6", ""),))
