"""Telemetry straight from InfluxDB: what is there, the rows of a vehicle-month, and feed files into a server."""
