"""Battery analytics for fleets of electric vehicles: logs in, answers out."""

__version__ = "0.1.0"
