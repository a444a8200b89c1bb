"""Which server answers and how it is best asked; one connection per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from baas.errors import BaasError
from baas.influx import faults
from baas.influx.backend import Backend
from baas.influx.config import InfluxConfig
from baas.influx.influxql import InfluxQL
from baas.influx.retry import patiently
from baas.influx.tls import unchecked_words
from baas.influx.wire import Ping, Wire

#: clocks that differ by more make "three days back" mean something else; chosen: far beyond what NTP leaves
SKEW_WORTH_TELLING_S = 300.0


@dataclass(frozen=True)
class Connection:
    """A server that answers, and the language it is asked in."""

    config: InfluxConfig
    ping: Ping
    backend: Backend

    @property
    def words(self) -> list[tuple[str, str]]:
        """What there is to say about the server before anything is read, Korean and English."""
        return [words for words in (self.clock_words, unchecked_words(self.config)) if words]

    @property
    def clock_words(self) -> tuple[str, str] | None:
        """What there is to say about the server's clock, Korean and English."""
        skew = self.ping.skew_s
        if skew is None or abs(skew) <= SKEW_WORTH_TELLING_S:
            return None
        minutes = f"{abs(skew) / 60:,.0f}"
        ko, en = ("빠릅니다", "ahead of") if skew > 0 else ("느립니다", "behind")
        return (
            f"{self.config.url}의 시계가 이 컴퓨터보다 {minutes}분 {ko}. 최근 데이터는 늦은 쪽 시계로 셉니다",
            f"the clock of {self.config.url} is {minutes} minutes {en} ours; what is recent is told by the slower one",
        )


@lru_cache(maxsize=4)
def connect(config: InfluxConfig) -> Connection:
    """The connection of this process to a server. Raises BaasError where none answers or the bucket is not there."""
    wire = Wire(config)
    ping = patiently(config, "ping", wire.ping)
    if config.api == "flux":
        backend: Backend = _flux(config, wire, ping)
    elif config.api == "influxql":
        backend = _influxql(config, wire)
    else:
        backend = _either(config, wire, ping)
    return Connection(config, ping, backend)


def _influxql(config: InfluxConfig, wire: Wire) -> InfluxQL:
    backend = InfluxQL(wire, config)
    there = patiently(config, "SHOW DATABASES", backend.sources)
    if config.database_and_policy[0] not in there:
        raise faults.unknown_source(config, there)
    return backend


def _flux(config: InfluxConfig, wire: Wire, ping: Ping) -> Backend:
    from baas.influx.flux import Flux  # the client takes half a second to load

    told = (lambda: InfluxQL(wire, config).shard_ms) if ping.is_v1 else None  # 1.8 tells it in the other language only
    backend = Flux(config, is_v1=ping.is_v1, shard_ms=told)
    there = patiently(config, "buckets()", backend.sources)
    bucket = config.source
    if bucket not in there and not any(name.startswith(f"{bucket}/") for name in there):
        raise faults.unknown_source(config, there)
    return backend


def _either(config: InfluxConfig, wire: Wire, ping: Ping) -> Backend:
    """InfluxQL where it reaches the bucket, because the same server answers it several times faster; else Flux."""
    try:
        return _influxql(config, wire)
    except BaasError:
        if ping.is_v1:
            raise
    return _flux(config, wire, ping)
