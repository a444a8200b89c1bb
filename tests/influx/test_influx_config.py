"""Where the server is: the file, the environment, the command line; and secrets that stay secret."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from running import score

from baas.errors import BaasError
from baas.influx import faults
from baas.influx.config import InfluxConfig, load_config
from baas.influx.source import configured
from baas.settings import Settings, load

SERVER = {"INFLUXDB_V2_URL": "http://db:8086", "INFLUXDB_V2_BUCKET": "aicar-bucket"}


def test_the_clients_own_variables_are_understood() -> None:
    told = {"ORG": "keti", "TOKEN": "t0ken", "TIMEOUT": "1200000", "VERIFY_SSL": "no", "SSL_CA_CERT": "/ca.pem"}
    config = load_config({}, SERVER | {f"INFLUXDB_V2_{name}": value for name, value in told.items()})
    assert (config.url, config.org, config.token) == ("http://db:8086", "keti", "t0ken")
    assert (config.bucket, config.timeout_ms, config.verify_ssl) == ("aicar-bucket", 1_200_000, False)
    assert config.ssl_ca_cert == "/ca.pem"


def test_names_of_the_feed_have_defaults_and_can_be_changed() -> None:
    plain = load_config({}, SERVER)
    assert (plain.bms, plain.gps, plain.device_tag, plain.type_tag) == (
        "aicar_bms", "aicar_gps", "device_no", "car_type",
    )  # fmt: skip
    own = load_config({"bms": "battery", "device_tag": "vehicle", "timeout": 5_000}, SERVER)
    assert (own.bms, own.device_tag, own.timeout_ms) == ("battery", "vehicle", 5_000)


def test_the_later_place_wins() -> None:
    table = {"url": "http://file:1", "bucket": "file", "api": "flux"}
    assert load_config(table, {}).url == "http://file:1"
    assert load_config(table, SERVER).url == "http://db:8086"
    assert load_config(table, SERVER, api="influxql", since=date(2023, 1, 1)).api == "influxql"
    assert load_config(table, {"INFLUXDB_URL": "http://short:1"} | SERVER).url == "http://db:8086"


def test_user_and_password_leave_the_url() -> None:
    config = load_config({}, SERVER | {"INFLUXDB_V2_URL": "http://reader:p%40ss@db:8086/"})
    assert (config.url, config.username, config.password) == ("http://db:8086", "reader", "p@ss")
    assert config.address == "http://db:8086/aicar-bucket"


def test_no_message_shows_a_secret() -> None:
    config = load_config({"token": "t0ken", "password": "pa55"}, SERVER)
    assert "t0ken" not in repr(config)
    assert "pa55" not in repr(config)
    fault = faults.bad_query(config, "token t0ken and pa55 are wrong")
    assert "t0ken" not in fault.told("en") + fault.told("ko")
    assert "pa55" not in fault.told("en") + fault.told("ko")
    with pytest.raises(BaasError) as wrong:
        load_config({"token": ["t0ken"]}, {})
    assert "t0ken" not in str(wrong.value)


@pytest.mark.parametrize(
    ("table", "environment", "words"),
    [
        ({"buckett": "x"}, {}, ["buckett", "bucket"]),
        ({"api": "sql"}, {}, ["api", "influxql"]),
        ({"stored_time": "KST"}, {}, ["stored_time", "local-as-utc"]),
        ({"lookback_days": -1}, {}, ["lookback_days"]),
        ({"url": 5}, {}, ["url"]),
        ({"lookback_days": float("inf")}, {}, ["lookback_days", "36,500"]),
        ({"lookback_days": float("nan")}, {}, ["lookback_days", "36,500"]),
        ({"window_h": float("inf")}, {}, ["window_h", "8,784"]),
        ({"retry_wait_s": float("inf")}, {}, ["retry_wait_s"]),
        ({"timeout_ms": 10**20}, {}, ["timeout_ms", "86,400,000"]),
        ({"timeout_ms": float("inf")}, {}, ["timeout_ms"]),
        ({"since": "0001-01-01"}, {}, ["since", "1970"]),
        ({"device_tag": ""}, {}, ["device_tag"]),
        ({"bms": " "}, {}, ["bms"]),
        (5, {}, ["[influx]", "5"]),
        ({}, {"INFLUXDB_V2_TIMEOUT": "soon"}, ["INFLUXDB_V2_TIMEOUT", "soon"]),
        ({}, SERVER | {"INFLUXDB_V2_VERIFY_SSL": "perhaps"}, ["INFLUXDB_V2_VERIFY_SSL"]),
        ({}, SERVER | {"INFLUXDB_V2_URL": "db:8086"}, ["INFLUXDB_V2_URL"]),
        ({}, SERVER | {"INFLUXDB_V2_URL": "http://db:port"}, ["INFLUXDB_V2_URL"]),
        ({}, {"INFLUXDB_V2_URL": "http://db:8086"}, ["INFLUXDB_V2_BUCKET"]),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(table, environment, words) -> None:
    with pytest.raises(BaasError) as fault:
        load_config(table, environment)
    assert all(word in fault.value.told(lang) for word in words for lang in ("ko", "en"))


def test_a_server_is_used_when_configured_and_files_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "ORG", "TOKEN", "BUCKET", "DATABASE"):
        monkeypatch.delenv(f"INFLUXDB_V2_{name}", raising=False)
        monkeypatch.delenv(f"INFLUXDB_{name}", raising=False)
    assert configured(Settings()) is None
    with pytest.raises(BaasError):
        configured(Settings(source="influx"))
    there = Settings(influx={"url": "http://db:8086", "bucket": "b"})
    assert configured(there) == InfluxConfig(url="http://db:8086", bucket="b")
    assert configured(Settings(source="csv", influx=there.influx)) is None
    api = configured(Settings(influx=there.influx, influx_api="flux"))
    assert api is not None
    assert api.api == "flux"


def test_the_way_of_asking_on_the_command_line_wins_also_when_it_is_auto(tmp_path: Path) -> None:
    (tmp_path / "baas.toml").write_text('[influx]\nurl = "http://db:8086"\nbucket = "b"\napi = "flux"\n')
    for given, asked in (({}, "flux"), ({"influx_api": "auto"}, "auto"), ({"influx_api": "influxql"}, "influxql")):
        config = configured(load(given, {}, tmp_path / "baas.toml"))
        assert config is not None
        assert config.api == asked


def test_a_day_before_servers_is_told_on_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baas.toml").write_text('[influx]\nurl = "http://127.0.0.1:9"\nbucket = "b"\n')
    (tmp_path / "lists").mkdir()
    ran = score(tmp_path / "lists", tmp_path / "r", "--source", "influx", "--since", "0001-01-01", "--lang", "en")
    assert ran.status == 2
    assert "--since" in ran.err
    assert "from 1970 on" in ran.err


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_files_named_on_the_command_line_win_over_a_server_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str
) -> None:
    monkeypatch.chdir(tmp_path)
    feed = tmp_path / "feed"
    feed.mkdir()
    lines = [f"7,2023-03-02 09:{no:02d}:00,50,700,1" for no in range(30)]
    (feed / "bms_7.csv").write_text("\n".join(["device_no,time,soc,pack_volt,pack_current", *lines, ""]))
    (tmp_path / "baas.toml").write_text('[influx]\nurl = "http://127.0.0.1:9"\nbucket = "b"\nretries = 0\n')
    told = "not the InfluxDB" if lang == "en" else "InfluxDB가 아니라"
    for source, is_told in ((("--source", "auto"), True), (("--source", "csv"), False)):
        ran = score(feed, tmp_path / "r", *source, "--lang", lang)
        assert ran.status == 0, ran.err
        assert (told in ran.err) == is_told
    assert score(feed, tmp_path / "r", "--source", "influx", "--lang", lang).status == 2
    (tmp_path / "baas.toml").unlink()
    assert told not in score(feed, tmp_path / "r", "--source", "auto", "--lang", lang).err
