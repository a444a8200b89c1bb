"""Which devices of a server are simulated: a measurement of their names says so, as a marker file does of files."""

from __future__ import annotations

from baas.influx.connect import Connection
from baas.influx.retry import patiently
from baas.ingest.rows import clean_text


def simulated_in(connection: Connection) -> frozenset[str]:
    """Device numbers that the measurement of marks names; none where there is no such measurement."""
    name = connection.config.simulated
    found = patiently(connection.config, name, lambda: connection.backend.devices(name))
    return frozenset(clean_text(device.encode()) or device for device in found)
