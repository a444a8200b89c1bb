"""What can go wrong between us and a server: what to try again, what to ask for in smaller pieces, what to tell."""

from __future__ import annotations

from baas.errors import BaasError
from baas.influx.config import InfluxConfig

#: what there is to say of an answer in no form that the server has
NO_ANSWER = "what came is no answer of an InfluxDB; a proxy in between may be in maintenance"


class PassingError(Exception):
    """A failure that may be over at the next try. The text says what happened, for the day it stays."""


class SlowError(PassingError):
    """The server did not answer in time; a smaller window may be quick enough."""


class TooLargeError(Exception):
    """The server will not answer for so much at once; only a smaller window helps."""


def unreachable(config: InfluxConfig, why: str) -> BaasError:
    """Nothing answers at the URL."""
    why = config.redacted(why)
    return BaasError(
        f"no InfluxDB answers at {config.url} ({why}); start it, or check INFLUXDB_V2_URL and the network; "
        "what was read before is kept and the next run goes on from there",
        f"{config.url}의 InfluxDB가 응답하지 않습니다({why}). 서버를 켜거나 INFLUXDB_V2_URL과 네트워크를 확인하십시오. "
        "이미 읽은 것은 보관되며 다음 실행이 이어서 읽습니다",
    )


def not_influx(config: InfluxConfig) -> BaasError:
    """Something else than InfluxDB answers."""
    return BaasError(
        f"what answers at {config.url} is not an InfluxDB; check INFLUXDB_V2_URL (the usual port is 8086)",
        f"{config.url}에서 응답하는 것은 InfluxDB가 아닙니다. INFLUXDB_V2_URL을 확인하십시오(보통 8086번 포트)",
    )


def untrusted(config: InfluxConfig, why: str) -> BaasError:
    """The server's certificate comes from nobody that we trust, or is for another name."""
    return BaasError(
        f"the certificate of {config.url} is not trusted ({why}); name the file with the CA that issued it in"
        " INFLUXDB_V2_SSL_CA_CERT, or as ssl_ca_cert under [influx] in baas.toml",
        f"{config.url}의 인증서를 믿을 수 없습니다({why}). 인증서를 발급한 CA 파일을 INFLUXDB_V2_SSL_CA_CERT 또는"
        " baas.toml의 [influx] ssl_ca_cert에 지정하십시오",
    )


def stranger(config: InfluxConfig, why: str) -> BaasError:
    """The server wants a certificate of the client, or another one."""
    return BaasError(
        f"{config.url} demands a certificate of the client that it knows ({why}); name it in INFLUXDB_V2_CERT_FILE and"
        " INFLUXDB_V2_CERT_KEY_FILE, or as cert_file and cert_key_file under [influx] in baas.toml",
        f"{config.url}이(가) 아는 클라이언트 인증서를 요구합니다({why}). INFLUXDB_V2_CERT_FILE과"
        " INFLUXDB_V2_CERT_KEY_FILE 또는 baas.toml의 [influx] cert_file, cert_key_file에 지정하십시오",
    )


def unusable_file(name: str, path: str, why: str) -> BaasError:
    """A certificate file that is not there or holds something else."""
    return BaasError(
        f"INFLUXDB_V2_{name} ({name.lower()} under [influx] in baas.toml): {path} cannot be used ({why})",
        f"INFLUXDB_V2_{name}(baas.toml의 [influx] {name.lower()}): {path}을(를) 쓸 수 없습니다({why})",
    )


def not_https(config: InfluxConfig) -> BaasError:
    """Something answers, but without encryption."""
    return BaasError(
        f"what answers at {config.url} does not speak https; check INFLUXDB_V2_URL (perhaps http:// is right)",
        f"{config.url}에서 응답하는 것은 https를 쓰지 않습니다. INFLUXDB_V2_URL을 확인하십시오(http://일 수 있습니다)",
    )


def refused(config: InfluxConfig, status: int, said: str) -> BaasError:
    """Wrong or missing credentials (401), or a right that is missing (403)."""
    said = config.redacted(said)
    if status == 401:
        return BaasError(
            f"{config.url} does not accept the credentials (401 {said}); check INFLUXDB_V2_TOKEN, or for 1.x"
            " INFLUXDB_USERNAME and INFLUXDB_PASSWORD",
            f"{config.url}에서 인증에 실패했습니다(401 {said}). INFLUXDB_V2_TOKEN, 1.x는 INFLUXDB_USERNAME과"
            " INFLUXDB_PASSWORD를 확인하십시오",
        )
    return BaasError(
        f"these credentials do not give access to {config.address} (403 {said}); give them the right to read (to load:"
        f" write) {config.source!r}",
        f"이 계정은 {config.address}에 접근할 수 없습니다(403 {said})."
        f" {config.source!r} 읽기(load는 쓰기) 권한이 필요합니다",
    )


def unknown_source(config: InfluxConfig, there: list[str]) -> BaasError:
    """A bucket or database that is not there, or that the credentials may not see."""
    listed = ", ".join(there) or "-"
    return BaasError(
        f"{config.url} has no bucket or database {config.source!r} that these credentials may see; there are: {listed};"
        " set bucket or database under [influx] in baas.toml",
        f"{config.url}에 {config.source!r} 버킷(데이터베이스)이 없거나 볼 권한이 없습니다. 있는 것: {listed}."
        " baas.toml의 [influx] bucket 또는 database를 고치십시오",
    )


def bad_query(config: InfluxConfig, said: str) -> BaasError:
    """The server does not understand or refuses for good."""
    said = config.redacted(said)
    return BaasError(
        f"{config.address} refuses to answer: {said}; check the server's log, or try the other --influx-api",
        f"{config.address}이(가) 요청을 거부했습니다: {said}. 서버 로그를 확인하거나 다른 --influx-api를 써 보십시오",
    )


def gave_up(config: InfluxConfig, what: str, why: str) -> BaasError:
    """A failure that stayed through every try."""
    why = config.redacted(why)
    return BaasError(
        f"{config.address}: {what} could not be read after {config.retries + 1} tries ({why}); what was read before is"
        " kept, run again to go on from there",
        f"{config.address}: {what}을(를) {config.retries + 1}번 시도해도 읽지 못했습니다({why}). 이미 읽은 것은"
        " 보관되며 다시 실행하면 이어서 읽습니다",
    )


def not_written(config: InfluxConfig, status: int, said: str) -> BaasError:
    """A batch that the server does not take."""
    said = config.redacted(said)
    return BaasError(
        f"{config.address} did not take the rows ({status} {said}); rows sent before are safe, mend the server (disk,"
        " rights) and run the same command again: rows written twice count once",
        f"{config.address}이(가) 행을 받지 않았습니다({status} {said}). 앞서 보낸 행은 안전합니다. 서버(디스크, 권한)를"
        " 고친 뒤 같은 명령을 다시 실행하십시오. 두 번 쓴 행은 한 번만 남습니다",
    )
