"""What strangers wrote, made fit to be looked at."""

from __future__ import annotations

import re
from typing import Any

_STRANGE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
"""Control characters but tab and line feed, directions, invisible ones but the joiners that some scripts need, halves
of characters, what is no character."""


def plain(value: Any) -> Any:
    """Strings with strange characters told by number; all else, and finished markup, as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return _STRANGE.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", value)
    return value
