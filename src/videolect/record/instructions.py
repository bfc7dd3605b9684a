"""What an instruction of a point asks to be written."""

from __future__ import annotations

import re

_QUOTED = re.compile(
    r"""^\s*(?:please\s+)?
        (?: (?:write|say|use|put|add|insert|state|with)\b
          | (?:replace|change|swap|correct)\b .*? \b(?:with|by|to|for)\b
          | (?:it|this)?\s*should\s+(?:say|read|be)\b )
        [^"“”]{0,30} ["“](?P<words>[^"“”]+)["”] \s* (?:instead)? \s* [.!]? \s*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_WHOLLY_QUOTED = re.compile(r"""^\s*["“](?P<words>[^"“”]+)["”]\s*$""", re.DOTALL)


def wanted_words(instruction: str) -> str:
    """The words to write: 'Replace it with "slowly"' and '"slowly"' ask for slowly, all else asks for itself."""
    for pattern in (_WHOLLY_QUOTED, _QUOTED):
        if found := pattern.match(instruction):
            return found["words"].strip()
    return instruction.strip()
