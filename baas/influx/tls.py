"""What https needs: whom we trust, who we are, and what it means when either side says no."""

from __future__ import annotations

import ssl

import urllib3

from baas.errors import BaasError
from baas.influx import faults
from baas.influx.config import InfluxConfig

#: what OpenSSL calls it when a server wants a certificate of ours, or another one
_OURS = ("certificate_required", "certificate required", "bad_certificate", "alert unknown_ca", "alert unknown ca")
#: and when what answers speaks plain http
_PLAIN = ("wrong_version_number", "wrong version number", "record layer failure", "http_request")


def context_of(config: InfluxConfig) -> ssl.SSLContext | None:
    """Certificates for both ways of asking; None for http. Raises BaasError naming a file that cannot be used."""
    if not config.url.startswith("https"):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not config.verify_ssl:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # told once, in our own words
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif config.ssl_ca_cert:
        try:
            context.load_verify_locations(config.ssl_ca_cert)
        except OSError as fault:
            raise faults.unusable_file("SSL_CA_CERT", config.ssl_ca_cert, _why(fault)) from fault
    else:
        context.load_default_certs()
    if config.cert_file:
        try:  # a password that is not there is empty: nobody is asked for it on a terminal
            context.load_cert_chain(
                config.cert_file, config.cert_key_file or None, lambda: config.cert_key_password or ""
            )
        except (OSError, ValueError) as fault:
            files = " + ".join(filter(None, (config.cert_file, config.cert_key_file)))
            raise faults.unusable_file("CERT_FILE", files, _why(fault)) from fault
    return context


def refusal(config: InfluxConfig, fault: Exception) -> BaasError | None:
    """What a failure of https means for good; None for one that may pass, such as a connection that breaks off."""
    cause, words = _cause(fault), str(fault).lower()
    if isinstance(cause, ssl.SSLCertVerificationError) or "verify failed" in words:
        return faults.untrusted(config, _why(cause))
    if any(mark in words for mark in _OURS):
        return faults.stranger(config, _why(cause))
    return faults.not_https(config) if any(mark in words for mark in _PLAIN) else None


def perhaps(config: InfluxConfig, fault: Exception) -> str:
    """What to look at where a server ends https without a word, as some do that want a certificate of ours."""
    is_silent = isinstance(_cause(fault), ssl.SSLEOFError | ConnectionError | urllib3.exceptions.ProtocolError)
    if not is_silent or config.cert_file or not config.url.startswith("https"):
        return ""
    return ", INFLUXDB_V2_CERT_FILE + INFLUXDB_V2_CERT_KEY_FILE?"


def _cause(fault: Exception) -> Exception:
    return fault.args[0] if fault.args and isinstance(fault.args[0], Exception) else fault


def _why(fault: Exception) -> str:
    """The reason in few words."""
    told = getattr(fault, "verify_message", "") or getattr(fault, "reason", "") or getattr(fault, "strerror", "")
    return str(told or fault)


def unchecked_words(config: InfluxConfig) -> tuple[str, str] | None:
    """That nobody checks who answers, Korean and English."""
    if config.verify_ssl or not config.url.startswith("https"):
        return None
    ko = (
        f"{config.url}의 인증서를 확인하지 않습니다(verify_ssl = false). 중간에서 토큰과 데이터를 가로챌 수 있으므로,"
        " 확인을 켜고 INFLUXDB_V2_SSL_CA_CERT에 발급 기관 인증서를 지정하는 것이 좋습니다"
    )
    en = (
        f"the certificate of {config.url} is not checked (verify_ssl = false), so someone in between could read token"
        " and data; better check it and name the CA that issued it in INFLUXDB_V2_SSL_CA_CERT"
    )
    return ko, en
