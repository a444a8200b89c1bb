"""What stops a run. Faults in the data are findings, not exceptions."""


class BaasError(Exception):
    """A fault in use, told in one clear sentence that also says what to do; programs end with exit status 2."""


class NothingToScoreError(BaasError):
    """The run went through but no vehicle had a usable row; programs end with exit status 1."""
