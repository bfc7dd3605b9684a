"""The version of a specification: three numbers, and how far a change raises them."""

from __future__ import annotations

import re
from typing import Literal, get_args

from videolect.errors import BadInput

VERSION = r"(?:(?:0|[1-9]\d{0,5})\.){2}(?:0|[1-9]\d{0,5})"
"""The form of a version: three numbers, without zeros before them, so that no two texts are one version."""

Bump = Literal["none", "patch", "minor", "major"]
BUMPS: tuple[Bump, ...] = get_args(Bump)
"""The smallest first."""


def order_of(version: str) -> tuple[int, int, int]:
    """A version as numbers that can be compared. BadInput where it is none."""
    if not re.fullmatch(VERSION, version):
        raise BadInput(f"{version[:40]!r} is no version.", mend="Write three numbers, such as 1.2.0.")
    major, minor, patch = map(int, version.split("."))
    return major, minor, patch


def raised(version: str, bump: Bump) -> str:
    """The version after a change of that size: 1.4.2 and minor give 1.5.0."""
    major, minor, patch = order_of(version)
    steps = {
        "none": (major, minor, patch), "patch": (major, minor, patch + 1), "minor": (major, minor + 1, 0),
        "major": (major + 1, 0, 0),
    }  # fmt: skip
    return ".".join(map(str, steps[bump]))
