"""How people write a name: one spelling for all of them."""

from __future__ import annotations

import unicodedata


def spelling(text: str) -> str:
    """`text` without case, spaces, hyphens and dots, composed: what two spellings of one name have in common.

    >>> spelling("IONIQ-5 ") == spelling("ioniq 5")
    True
    >>> spelling("포터Ⅱ") == spelling("포터 II")
    True
    """
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
