"""The real recordings, read against the csv module and against their origin."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from reading import Read, read_path

ROWS = {"01200000002": 14_385, "01200000003": 50_000, "01200000010": 43_767, "01200000020": 868}


@pytest.fixture(scope="module")
def fleet(real_data: Path) -> Read:
    return read_path(real_data / "fleet_export")


def test_every_row_of_the_four_cars_is_read(fleet: Read) -> None:
    rows = dict.fromkeys(ROWS, 0)
    for chunk in fleet.chunks:
        if chunk.kind == "bms":
            for no, device in enumerate(chunk.devices):
                rows[device] += int(np.count_nonzero(chunk.device == no))
    assert rows == ROWS
    assert {report.status for report in fleet.reports} == {"read"}
    assert sum(report.rows_rejected for report in fleet.reports) == 0
    assert {message for report in fleet.reports for message in (report.message_en, report.message_ko)} == {""}
    assert not any("__MACOSX" in report.file or "cartype" in report.file for report in fleet.reports)
    assert any(report.file.startswith("origin_2018.zip!2018-07.zip!2018-07/") for report in fleet.reports)


def sums(read: Read, device: str) -> tuple[float, float, int]:
    """Sums of odometer, GPS latitude and cell millivolts of a device."""
    odometer, latitude, cells = 0.0, 0.0, 0
    for chunk in read.chunks:
        if device in chunk.devices:
            odometer += float(np.nansum(chunk.column("odometer").astype(np.float64)))
            latitude += float(np.nansum(chunk.column("lat").astype(np.float64)))
            cells += int(chunk.cells_mv[chunk.cells_mv != 32767].astype(np.int64).sum())
    return odometer, latitude, cells


def told_by_csv(paths: list[Path]) -> tuple[float, float, int]:
    odometer, latitude, cells = 0.0, 0.0, 0
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            if path.name.startswith("gps"):
                latitude += sum(float(row[5]) for row in csv.reader(handle, delimiter="|") if row[5])
                continue
            for row in csv.DictReader(handle):
                odometer += float(row["odometer"] or 0)
                sent = row.get("cell_volt_list") or ",".join(row[name] for name in row if name.startswith("cell_v_"))
                cells += sum(round(1000 * float(item)) for item in sent.split(",") if item)
    return odometer, latitude, cells


@pytest.mark.parametrize("device", ["01200000002", "01200000010"])
def test_numbers_are_those_that_the_csv_module_and_float_read(fleet: Read, real_data: Path, device: str) -> None:
    paths = sorted((real_data / "fleet_export").rglob(f"{device}/*.csv"))
    assert sums(fleet, device) == pytest.approx(told_by_csv(paths), rel=1e-12)


def test_the_soul_ev_comes_out_of_a_zip_in_a_zip(fleet: Read) -> None:
    bms, gps = (
        next(c for c in fleet.chunks if c.kind == kind and "01200000020" in c.devices) for kind in ("bms", "gps")
    )
    assert bms.cells_mv[0, :3].tolist() == [3500, 3500, 3500]
    assert (len(bms), len(gps)) == (868, 868)
    assert bms.column("cumul_current_chrgd").dtype == np.float64
    assert gps.column("lat")[0] == 49.910564


def test_a_declared_format_reads_the_origin_of_device_2_as_its_export(fleet: Read, real_data: Path) -> None:
    origin = read_path(real_data / "faulty_cells" / "car2_processed.zip").signals
    assert origin.devices == ("car2",)
    parts = [chunk for chunk in fleet.chunks if chunk.devices == ("01200000002",)]
    export = type(fleet)(tuple(parts), ()).signals
    order, other = np.argsort(origin.time_ms, kind="stable"), np.argsort(export.time_ms, kind="stable")
    wanted = np.isin(origin.time_ms[order], export.time_ms)
    order = order[wanted]
    assert len(order) == len(other) == ROWS["01200000002"]
    for name in ("pack_volt", "pack_current", "soc", "odometer", "emobility_spd", "max_cell_volt", "insul_resistance"):
        np.testing.assert_array_equal(origin.column(name)[order], export.column(name)[other])
    np.testing.assert_array_equal(origin.cells_mv[order], export.cells_mv[other])
    np.testing.assert_array_equal(origin.modules_c[order][:, :18], export.modules_c[other])


def test_sentinels_of_a_declared_format_are_missing(real_data: Path) -> None:
    with zipfile.ZipFile(real_data / "faulty_cells" / "car3_processed.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("car3_processed.csv").decode())))
    signals = read_path(real_data / "faulty_cells" / "car3_processed.zip").signals
    sent = np.array([float(row["T_9"] or "nan") for row in rows])
    assert (sent == 255).any()
    np.testing.assert_array_equal(np.isnan(signals.modules_c[:, 8]), np.isin(sent, [255, 511]) | np.isnan(sent))
    assert np.nanmax(signals.modules_c) < 215


def test_leafspy_logs_are_read_by_their_declared_format(real_data: Path) -> None:
    done = read_path(real_data / "leaf24_leafspy")
    assert {report.status for report in done.reports} == {"read"}
    assert {report.format for report in done.reports if report.rows_read} == {"leafspy"}
    signals = done.signals
    assert np.nanmedian(signals.cells_mv) == pytest.approx(3900, abs=150)
    soc = signals.column("soc")
    assert 0 <= np.nanmin(soc) < np.nanmax(soc) <= 100
    assert np.nanmedian(signals.column("odometer")) == pytest.approx(52_000, rel=0.05)
    assert signals.cells_mv.shape[1] == 96
    assert signals.cells_mv.min() > 0


@pytest.mark.parametrize("folder", ["soul_ev", "bmw_i3"])
def test_files_of_other_makers_are_foreign_until_declared(real_data: Path, folder: str) -> None:
    done = read_path(real_data / folder)
    assert {report.status for report in done.reports} == {"foreign"}
    assert done.rows == 0
