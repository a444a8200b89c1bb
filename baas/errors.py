"""What stops a run. Faults in the data are findings, not exceptions."""

import os


def language(asked: str = "") -> str:
    """The language of messages, "ko" or "en": the one asked for, else that of BAAS_LANG, else Korean."""
    return asked or os.environ.get("BAAS_LANG") or "ko"


class BaasError(Exception):
    """A fault in use, told in one clear sentence that also says what to do; programs end with exit status 2.

    The sentence is given in English and, for what people meet every day, in Korean.

    >>> BaasError("no such file: a.csv", "파일이 없습니다: a.csv").told("ko")
    '파일이 없습니다: a.csv'
    """

    def __init__(self, english: str, korean: str = "") -> None:
        super().__init__(english, korean)
        self.english, self.korean = english, korean

    def __str__(self) -> str:
        return self.english

    def told(self, lang: str) -> str:
        """The sentence in a language, "ko" or "en"."""
        return self.korean if lang == "ko" and self.korean else self.english


class NothingToScoreError(BaasError):
    """The run went through but there was nothing to work on; programs end with exit status 1."""
