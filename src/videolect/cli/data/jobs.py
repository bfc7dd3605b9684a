"""How many films are worked on at once."""

from __future__ import annotations

from videolect.errors import BadInput


def check_jobs(jobs: int | None) -> None:
    """BadInput for a number that cannot be meant; None is one per core."""
    if jobs is not None and not 1 <= jobs <= 1000:
        raise BadInput(f"--jobs is {jobs}.", mend="Give a number from 1 on; leave it out for one per core.")
