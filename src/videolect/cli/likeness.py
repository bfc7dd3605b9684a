"""How near films must be to count as the same: ``video duplicates`` and ``data splits --films`` ask alike."""

from __future__ import annotations

from videolect.errors import BadInput
from videolect.video.duplicates import THRESHOLD

_MOST_BITS = 20.0
"""A threshold above this finds chance."""


def threshold_of(given: float | None) -> float:
    """Mean bits of 64 that may differ. BadInput for what finds chance."""
    threshold = THRESHOLD if given is None else given
    if not 0 <= threshold <= _MOST_BITS:
        raise BadInput(
            f"A threshold of {threshold:g} bits.", mend=f"Give 0 to {_MOST_BITS:g}; different films have 32."
        )
    return threshold


def check_jobs(jobs: int) -> int:
    """Films that are decoded at a time. BadInput beyond 256."""
    if not 1 <= jobs <= 256:
        raise BadInput(f"{jobs} films at a time.", mend="Give 1 to 256.")
    return jobs
