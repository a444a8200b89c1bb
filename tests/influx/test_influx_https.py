"""https with certificates of one's own, by both ways of asking; every refusal is told with the setting that helps."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from asking import START_MS, bms_lines, everything
from servers.proxy import proxy
from servers.tls import PASSWORD, Certificates, certificates, https

from baas.errors import BaasError
from baas.influx.check import check
from baas.influx.config import InfluxConfig, load_config
from baas.influx.connect import connect


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"))


def _fault(config: InfluxConfig) -> BaasError:
    connect.cache_clear()
    with pytest.raises(BaasError) as fault:
        connect(config)
    assert "\n" not in fault.value.told("ko") + fault.value.told("en")
    return fault.value


def test_a_ca_of_ones_own_is_trusted_once_it_is_named(way, configured, reading, spool, made) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 300))
    with https(server.port, made) as url:
        found = everything(replace(config, url=url, ssl_ca_cert=made.path("ca.pem")), reading, spool)[0]
        assert len(found["7 bms"]) == 300
        untrusted = _fault(replace(config, url=url))
        for lang in ("ko", "en"):
            assert url in untrusted.told(lang)
            assert "INFLUXDB_V2_SSL_CA_CERT" in untrusted.told(lang)
        assert "is not trusted" in untrusted.told("en")


@pytest.mark.parametrize("is_polite", [True, False])
def test_a_client_shows_its_certificate_where_one_is_demanded(
    way, configured, reading, spool, made, is_polite: bool
) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 300))
    with https(server.port, made, demands_client=True, is_polite=is_polite) as url:
        told = {
            "INFLUXDB_V2_CERT_FILE": made.path("client.pem"), "INFLUXDB_V2_CERT_KEY_FILE": made.path("client.key"),
            "INFLUXDB_V2_CERT_KEY_PASSWORD": PASSWORD, "INFLUXDB_V2_SSL_CA_CERT": made.path("ca.pem"),
            "INFLUXDB_V2_URL": url,
        }  # fmt: skip
        table = {"database": config.database, "api": api, "stored_time": "utc", "retries": 1, "retry_wait_s": 0.01}
        known = load_config(table, told)
        assert len(everything(known, reading, spool)[0]["7 bms"]) == 300
        assert PASSWORD not in repr(known)
        stranger = _fault(replace(known, cert_file=""))
        for lang in ("ko", "en"):
            assert "INFLUXDB_V2_CERT_FILE" in stranger.told(lang)
            assert "INFLUXDB_V2_CERT_KEY_FILE" in stranger.told(lang)
        assert not is_polite or "demands a certificate" in stranger.told("en")
        locked = _fault(replace(known, cert_key_password="another"))
        assert "INFLUXDB_V2_CERT_FILE" in locked.told("en")
        assert "another" not in locked.told("en")


@pytest.mark.parametrize("name", ["ssl_ca_cert", "cert_file"])
def test_a_certificate_file_that_is_not_there_or_no_certificate_is_named(
    influx_1_8, configured, made, tmp_path: Path, name: str
) -> None:
    config = replace(configured(influx_1_8, "auto"), url="https://localhost:1")
    (tmp_path / "note.pem").write_text("no certificate")
    for path in (tmp_path / "nothing.pem", tmp_path / "note.pem"):
        fault = _fault(replace(config, **{name: str(path)}))
        for lang in ("ko", "en"):
            assert f"INFLUXDB_V2_{name.upper()}" in fault.told(lang)
            assert str(path) in fault.told(lang)


def test_https_to_a_server_without_it_is_told(influx_1_8, configured) -> None:
    url = influx_1_8.url.replace("http:", "https:")
    assert "does not speak https" in _fault(replace(configured(influx_1_8, "auto"), url=url)).told("en")


def test_a_certificate_that_nobody_checks_is_told_once_in_our_words(way, configured, reading, spool, made) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 300))
    with https(server.port, made) as url, warnings.catch_warnings(record=True) as raw:
        lax = replace(config, url=url, verify_ssl=False)
        lines = check(lax, reading, spool, lambda _done, _total: None)
        everything(lax, reading, spool)
    assert [str(one.message) for one in raw] == []
    (line,) = (line for line in lines if "verify_ssl" in line.en)
    assert "verify_ssl" in line.ko
    assert not line.is_fault


def test_a_token_is_sent_as_influxdb_calls_it(way, configured) -> None:
    server, api = way
    config = configured(server, api, token="my-very-own")
    with proxy(server.port, lambda piece: piece) as between:
        connect(replace(config, url=between.url))
    sent = b"".join(between.asked)
    heads = [line for line in sent.split(b"\r\n") if line.lower().startswith(b"authorization:")]
    assert len(heads) >= 2
    assert {head.split(b": ", 1)[1] for head in heads} == {b"Token my-very-own"}
