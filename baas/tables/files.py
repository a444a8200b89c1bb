"""Names of the files of a run that are not tables for people, and the version of the day tables."""

#: day tables and summaries
STORE_NAME = "baas.sqlite"
#: raised whenever day tables change meaning: a store of another version is computed anew
STORE_VERSION = 6
#: how the run came about, with the hash of every other file
RUN_FILE = "run.json"
