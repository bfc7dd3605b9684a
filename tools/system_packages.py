"""Install what the tests need from the system's package manager, where that is possible: PostgreSQL and Chromium.

What is there already is left alone. Where nothing can be installed (another system, no rights, no network), the suites
that will be left out are named and the work goes on; under CI=true, which promises a whole run, that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the tests look for the same programs: one place knows where

from tests.support.browser import find_chromium  # noqa: E402 - after the path is set
from tests.support.postgres import find_postgres  # noqa: E402
from tests.support.suites import in_ci  # noqa: E402

NEEDED = {
    "postgresql": ("postgres", find_postgres),
    "chromium": ("browser", find_chromium),
}
"""Debian's name of the package -> the suite that needs it, and how to tell that it is there."""


def missing() -> dict[str, str]:
    """Package -> suite, for what is not there."""
    return {package: suite for package, (suite, find) in NEEDED.items() if find() is None}


def apt_get(*words: str) -> str:
    """Run apt-get in silence; gives the end of what it said where it failed, else an empty text."""
    done = subprocess.run(
        ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", *words],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return "\n".join(done.stdout.strip().splitlines()[-8:]) if done.returncode else ""


def install(packages: Iterable[str]) -> str:
    """Try to install each of them; gives why one could not be, or an empty text."""
    if shutil.which("apt-get") is None:
        return "this system has no apt-get"
    if os.geteuid() != 0:
        return "only root may install packages"
    apt_get("update")  # may fail for one source and what we want still be there: the install has the last word
    # One at a time: apt-get installs nothing of a list in which it does not know one name.
    return "\n".join(filter(None, (apt_get("install", "-y", "--no-install-recommends", one) for one in packages)))


def main() -> int:
    """Exit status 0, or 1 where CI=true and something is still missing."""
    lacking = missing()
    if not lacking:
        return 0
    print(f"Installing for the tests: {', '.join(lacking)}", flush=True)
    why = install(lacking)
    lacking = missing()
    for package, suite in lacking.items():
        print(
            f"The suite '{suite}' will be left out: it needs {package}, which is not there and could not be installed."
        )
    if lacking and why:
        print(f"Why: {why}")
    if lacking and in_ci():
        print("CI=true asks for a whole run, so this is a failure.")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
