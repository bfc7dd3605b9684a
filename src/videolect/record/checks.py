"""Checks that values make of themselves where they are born."""

from __future__ import annotations

import hashlib
import re

from videolect.errors import BadInput

MAX_TEXT = 20_000
"""Code points. The longest caption on record has 549 words; ten times that is a mistake, not a caption."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


def check_text(value: str, what: str, *, limit: int = MAX_TEXT, blank: bool = True) -> str:
    """The text unchanged. BadInput: too long, not storable (U+0000, a lone surrogate), blank where words are due."""
    if not isinstance(value, str):
        raise BadInput(f"{what} is {type(value).__name__}, not text.", mend="Send a string.")
    if len(value) > limit:
        raise BadInput(f"{what} has {len(value):,} characters; at most {limit:,} are kept.", mend="Shorten it.")
    if "\x00" in value:
        raise BadInput(f"{what} holds the character U+0000 at {value.index(chr(0))}.", mend="Remove it: it is no text.")
    if not value.isascii() and _SURROGATE.search(value):
        raise BadInput(f"{what} holds half of a surrogate pair.", mend="Send valid Unicode.")
    if not blank and not value.strip():
        raise BadInput(f"{what} is empty.", mend="Write at least a word.")
    return value


def check_name(value: str, what: str) -> str:
    """A name that is safe in a path, a URL and a stream: at most 100 letters, digits, '.', '_', '-'; not only dots."""
    if not isinstance(value, str) or not _NAME.fullmatch(value) or value.strip(".") == "":
        shown = repr(value)[:80]
        raise BadInput(
            f"{what} {shown} is not a name.", mend="Use 1 to 100 letters, digits, '.', '_' or '-', and not only dots."
        )
    return value


def content_hash(text: str) -> str:
    """Identity of a caption's words: SHA-256 of their UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
