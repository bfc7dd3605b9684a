"""Which text a critique of the paper authors' data speaks of: the draft, or the final caption.

Critiques of their models were made of the final caption although the record files them under the draft, but for those
of the first days. What a critique quotes tells; where it does not, the day on which it was made.
"""

from __future__ import annotations

import re
from typing import Literal

Aim = Literal["draft", "final", "unknown"]
SWITCHED = "2025-09-30"
"""From this day on the critics were shown the final caption: before it some saw the draft."""
_QUOTES = re.compile(r"[\"“]([^\"“”]{6,}?)[\"”]|(?<![A-Za-z])'([^']{8,}?)'(?![A-Za-z])")


def aim_of(critique: str, draft: str, final: str, day: str = "") -> Aim:
    """Which text a critique speaks of, by what it quotes; else by the day on which it was made."""
    if draft == final:
        return "final"
    quoted = [(one or two).strip(" .,;:").lower() for one, two in _QUOTES.findall(critique)]
    here, there = draft.lower(), final.lower()
    of_draft = sum(words in here and words not in there for words in quoted)
    of_final = sum(words in there and words not in here for words in quoted)
    if bool(of_draft) != bool(of_final):
        return "draft" if of_draft else "final"
    if of_draft:
        return "unknown"
    return "final" if day >= SWITCHED else "unknown"
