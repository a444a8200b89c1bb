"""Day tables, sessions and what is known of the input: one SQLite file, one transaction a run."""

from baas.store.reader import NoRunError, Store
from baas.store.schema import plain, typed
from baas.store.writer import KnownFile, MonthState, StoredMonth, WritableStore
from baas.tables.files import STORE_NAME, STORE_VERSION

__all__ = [
    "STORE_NAME",
    "STORE_VERSION",
    "KnownFile",
    "MonthState",
    "NoRunError",
    "Store",
    "StoredMonth",
    "WritableStore",
    "plain",
    "typed",
]
