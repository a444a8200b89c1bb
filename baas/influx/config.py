"""Where the server is, what the feed is called there, how to ask: one frozen value; secrets never in its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from baas.errors import BaasError

APIS = ("auto", "influxql", "flux")
STORED_TIMES = ("", "utc", "local-as-utc")
#: servers count time from then on
_FIRST_YEAR = 1970


@dataclass(frozen=True)
class InfluxConfig:
    """A server and the feed in it. Names default to those of the fleet's own collector.

    timeout_ms: longest wait for the next bytes of an answer, not for the whole; chosen: a day of one car takes a busy
    server seconds, a minute of silence means that it hangs. stored_time: what the times in the server are, "" when
    nobody said. lookback_days: days before now that are read again on every run; chosen: cars in an underground car
    park send late, three days cover a weekend. since: read again from that day on, whatever is known. simulated: the
    measurement whose devices do not really exist.
    """

    url: str = ""
    org: str = ""
    token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    bucket: str = ""
    database: str = ""
    bms: str = "aicar_bms"
    gps: str = "aicar_gps"
    simulated: str = "aicar_simulated"
    device_tag: str = "device_no"
    type_tag: str = "car_type"
    api: str = "auto"
    stored_time: str = ""
    lookback_days: float = 3.0
    since: date | None = None
    timeout_ms: int = 60_000
    ssl_ca_cert: str = ""
    cert_file: str = ""
    cert_key_file: str = ""
    cert_key_password: str = field(default="", repr=False)
    verify_ssl: bool = True
    gzip: bool = False
    #: tries after a failure before a run stops, the wait before the first; chosen: about a minute in all, doubling
    retries: int = 6
    retry_wait_s: float = 1.0
    #: longest window asked for at once, h; halved while the server refuses it
    window_h: float = 24.0
    #: most bytes of one answer, a larger one is asked for in two halves; chosen: a day of 1 s rows with 100 columns
    answer_limit_bytes: int = 64_000_000

    @property
    def is_configured(self) -> bool:
        """Whether a server is named at all."""
        return bool(self.url)

    @property
    def source(self) -> str:
        """The bucket, or the database of a 1.x server."""
        return self.bucket or self.database

    @property
    def database_and_policy(self) -> tuple[str, str]:
        """Database and retention policy ("" for the default one); a 1.8 bucket is called "database/policy"."""
        name, _, policy = (self.database or self.bucket).partition("/")
        return name, policy

    @property
    def address(self) -> str:
        """Server and bucket, as told to people and as part of what is known of the data."""
        return f"{self.url.rstrip('/')}/{self.source}"

    def redacted(self, text: str) -> str:
        """Text without the secrets of this configuration."""
        for secret in (self.token, self.password, self.cert_key_password):
            text = text.replace(secret, "***") if secret else text
        return text


_ENVIRONMENT = {
    "url": "URL", "org": "ORG", "token": "TOKEN", "bucket": "BUCKET", "timeout_ms": "TIMEOUT",
    "ssl_ca_cert": "SSL_CA_CERT", "verify_ssl": "VERIFY_SSL", "cert_file": "CERT_FILE",
    "cert_key_file": "CERT_KEY_FILE", "cert_key_password": "CERT_KEY_PASSWORD",
    "username": "USERNAME", "password": "PASSWORD", "database": "DATABASE",
}  # fmt: skip
#: the client's own prefix wins over the short one that the collector's scripts use
_PREFIXES = ("INFLUXDB_V2_", "INFLUXDB_")


def _yes(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
        raise ValueError(word)
    return word in ("1", "true", "yes", "on")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value.strip()


def _name(value: Any) -> str:
    if not _text(value):
        raise ValueError(value)
    return _text(value)


def _day(value: Any) -> date:
    day = value if isinstance(value, date) else date.fromisoformat(value)
    if day.year < _FIRST_YEAR:
        raise ValueError(value)
    return day.date() if isinstance(day, datetime) else day


@dataclass(frozen=True)
class _Number:
    """A number between limits, both included."""

    least: float
    most: float
    kind: type[int] | type[float]

    def __call__(self, value: Any) -> float:
        number = self.kind(value)
        if isinstance(value, bool) or not self.least <= number <= self.most:
            raise ValueError(value)
        return number

    @property
    def hint(self) -> tuple[str, str]:
        """What is possible, English and Korean."""
        least, most = f"{self.least:.4g}", f"{self.most:,.0f}"
        return f"; give a number from {least} to {most}", f". {least}~{most} 사이의 수를 쓰십시오"


#: upper limits; chosen: far beyond what is useful (a century, a day, a year) and within what clocks and sockets take
_PARSERS: Mapping[str, Callable[[Any], Any]] = {
    "bms": _name,
    "device_tag": _name,
    "lookback_days": _Number(0, 36_500, float),
    "since": _day,
    "timeout_ms": _Number(1, 86_400_000, int),
    "answer_limit_bytes": _Number(1, 10**10, int),
    "verify_ssl": _yes,
    "gzip": _yes,
    "retries": _Number(0, 1_000, int),
    "retry_wait_s": _Number(0, 3_600, float),
    "window_h": _Number(1 / 60, 8_784, float),
}
_CHOICES = {"api": APIS, "stored_time": STORED_TIMES}
_WRITE_A_DAY = (
    f"; write a day from {_FIRST_YEAR} on as YYYY-MM-DD",
    f". {_FIRST_YEAR}년 이후 날짜를 YYYY-MM-DD로 쓰십시오",
)
_SECRETS = ("token", "password", "cert_key_password")


def _parsed(name: str, value: Any, where: str) -> Any:
    """A value of the right type; a wrong one is told by name, secrets without their text."""
    shown = "***" if name in _SECRETS else repr(value)
    parse = _PARSERS.get(name) or _text
    try:
        found = parse(value)
    except (ValueError, TypeError, OverflowError) as fault:
        en, ko = parse.hint if isinstance(parse, _Number) else _WRITE_A_DAY if parse is _day else ("", "")
        raise BaasError(f"{where}: cannot be {shown}{en}", f"{where}: {shown} 값은 쓸 수 없습니다{ko}") from fault
    if name in _CHOICES and found not in _CHOICES[name]:
        known = ", ".join(item for item in _CHOICES[name] if item)
        raise BaasError(f"{where}: {shown} is not one of {known}", f"{where}: {shown} 대신 {known} 중에서 고르십시오")
    return found


def _from_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table [influx] of baas.toml; `timeout` counts milliseconds as the client's own files do."""
    if not isinstance(table, Mapping):
        raise BaasError(
            f"baas.toml: influx cannot be {table!r}; write a table [influx] with url, bucket and so on",
            f"baas.toml: influx는 {table!r}일 수 없습니다. [influx] 표에 url, bucket 등을 적으십시오",
        )
    known = {"timeout": "timeout_ms"} | {item.name: item.name for item in fields(InfluxConfig)}
    if unknown := sorted(set(table) - set(known)):
        raise BaasError(
            f"baas.toml: [influx] has no setting {', '.join(unknown)}; known: {', '.join(sorted(known))}",
            f"baas.toml: [influx]에 없는 설정입니다: {', '.join(unknown)}; 쓸 수 있는 설정: {', '.join(sorted(known))}",
        )
    return {known[name]: _parsed(known[name], value, f"baas.toml: [influx] {name}") for name, value in table.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, ending in _ENVIRONMENT.items():
        for prefix in _PREFIXES:
            text = environment.get(prefix + ending, "").strip()
            if text:
                found[name] = _parsed(name, text, prefix + ending)
                break
    return found


def is_named_in(table: object, environment: Mapping[str, str]) -> bool:
    """Whether a server is named, whatever else is right or wrong about it."""
    in_table = isinstance(table, Mapping) and bool(table.get("url"))
    return in_table or any(environment.get(prefix + _ENVIRONMENT["url"], "").strip() for prefix in _PREFIXES)


def _without_user(config: InfluxConfig) -> InfluxConfig:
    """The same with user and password out of the URL, so that no message can show them."""
    try:
        parts = urlsplit(config.url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in ("http", "https") or not host:
        raise BaasError(
            "the InfluxDB URL must look like http://host:8086; check INFLUXDB_V2_URL or [influx] url in baas.toml",
            "InfluxDB URL은 http://host:8086 형식이어야 합니다. INFLUXDB_V2_URL 또는 baas.toml의 [influx] url을"
            " 확인하십시오",
        )
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    url = urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))
    return replace(
        config, url=url, username=config.username or unquote(parts.username or ""),
        password=config.password or unquote(parts.password or ""),
    )  # fmt: skip


def load_config(table: Mapping[str, Any], environment: Mapping[str, str], **given: Any) -> InfluxConfig:
    """The configuration from [influx] of baas.toml, then the environment, then what was given; the later one wins.

    Raises BaasError naming the place of a wrong value. A bucket is asked for only once a server is named.
    """
    told = {name: _parsed(name, value, f"--{name}") for name, value in given.items() if value is not None}
    config = InfluxConfig(**(_from_table(table) | _from_environment(environment) | told))
    if not config.is_configured:
        return config
    if config.simulated in ("", config.bms, config.gps):
        raise BaasError(
            f"baas.toml: [influx] simulated cannot be {config.simulated!r}: every device of that measurement counts as"
            " simulated; give it a name of its own, such as aicar_simulated",
            f"baas.toml: [influx] simulated에 {config.simulated!r}은(는) 쓸 수 없습니다. 그 측정의 단말은 모두 가상으로"
            " 표시됩니다. aicar_simulated처럼 따로 쓰는 이름을 적으십시오",
        )
    config = _without_user(config)
    if not config.source:
        raise BaasError(
            "no InfluxDB bucket is named: set INFLUXDB_V2_BUCKET, or bucket (2.x) or database (1.x) under [influx] in"
            " baas.toml",
            "InfluxDB 버킷이 지정되지 않았습니다. INFLUXDB_V2_BUCKET 또는 baas.toml의 [influx] bucket(2.x),"
            " database(1.x)를 설정하십시오",
        )
    return config
