"""Suites that need something from outside the repository, and the rule for when it is not there.

On a developer's machine such a suite is left out, and the end of the run says so by name. Where `CI=true` promises a
whole run, a missing program is a failure: a suite that nobody runs protects nobody. Clips and accelerators cannot be
installed, so their absence is never a failure.
"""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

LEFT_OUT = pytest.StashKey[dict[str, str]]()
"""On the config: suite name -> why it was left out of this run."""

INSTALLABLE = frozenset({"postgres", "browser", "s3", "models", "trl"})
"""Suites whose programs `make test` installs: with the extra `dev`, or from the system's packages where it may."""


def in_ci() -> bool:
    """Whether this run promises to be a whole one."""
    return os.environ.get("CI", "").lower() in {"true", "1"}


def leave_out(config: pytest.Config, suite: str, why: str) -> NoReturn:
    """Skip the test that asks, for a reason that the end of the run repeats; fail it where the run must be whole."""
    if suite in INSTALLABLE and in_ci():
        pytest.fail(f"The suite '{suite}' cannot run, and CI=true asks for all of them: {why}", pytrace=False)
    config.stash[LEFT_OUT].setdefault(suite, why)
    pytest.skip(f"suite '{suite}': {why}")
